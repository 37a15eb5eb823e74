{# A model that adds up files has as many trips as the model that it is made of, by its ledger. #}
{% test totals_reconcile(model, follows, measure) %}
WITH totals AS (
    SELECT
        (SELECT coalesce({{ measure }}, 0) FROM {{ model }}) AS rows_out,
        (
            SELECT coalesce(sum(rows_out), 0)
            FROM {{ record_table('tripdata_models') }}
            WHERE model = '{{ follows }}'
        ) AS rows_in
)

SELECT
    rows_in,
    rows_out
FROM totals
WHERE rows_in <> rows_out
{% endtest %}
