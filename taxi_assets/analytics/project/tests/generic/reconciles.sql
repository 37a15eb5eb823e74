{# Each file's rows in = rows out + rows left out by a named rule. A row of this query is a file where
   they differ, or a rule that the model does not name.

   The names of the files stand in the query, for databases that find rows by them. In a build only the files of the months asked for, or those just made, are counted again: the cost
   does not grow with the months that are there. #}
{% test reconciles(model, follows, measure='count(*)', rules=[]) %}
{%- set name = model.identifier -%}
{%- set made_files -%}
    SELECT filename
    FROM {{ record_table('tripdata_models') }}
    WHERE
        model = '{{ name }}' AND filename <> ''
        {%- if execute and var('months') %}
            AND month IN ({{ texts(var('months')) }})
        {%- elif execute and invocation_args_dict.which == 'build' %}
            AND invocation = '{{ invocation_id }}'
        {%- endif %}
{%- endset -%}
{%- set names = run_query(made_files).columns[0].values() | list if execute else [] -%}
WITH made AS (
    {{ made_files }}
),

rows_in AS (
    {%- if follows == 'tripdata_files' %}
        SELECT filename, {{ adapter.quote('rows') }} AS trips
        FROM {{ record_table(follows) }}
        WHERE filename IN ({{ texts(names) }})
    {%- else %}
        SELECT filename, count(*) AS trips
        FROM {{ ref(follows) }}
        WHERE {{ in_files(names) }}
        GROUP BY filename
    {%- endif %}
),

rows_out AS (
    SELECT filename, {{ measure }} AS trips
    FROM {{ model }}
    WHERE {{ in_files(names) }}
    GROUP BY filename
),

left_out AS (
    SELECT
        filename,
        sum(trips) AS trips,
        count(CASE WHEN rule NOT IN ({{ texts(rules + ['']) }}) THEN 1 END) AS unnamed
    FROM {{ record_table('tripdata_models_left_out') }}
    WHERE model = '{{ name }}' AND filename IN ({{ texts(names) }})
    GROUP BY filename
)

SELECT
    made.filename,
    coalesce(rows_in.trips, 0) AS rows_in,
    coalesce(rows_out.trips, 0) AS rows_out,
    coalesce(left_out.trips, 0) AS rows_left_out
FROM made
LEFT JOIN rows_in ON made.filename = rows_in.filename
LEFT JOIN rows_out ON made.filename = rows_out.filename
LEFT JOIN left_out ON made.filename = left_out.filename
WHERE
    coalesce(rows_in.trips, 0) <> coalesce(rows_out.trips, 0) + coalesce(left_out.trips, 0)
    OR coalesce(left_out.unnamed, 0) > 0
{% endtest %}
