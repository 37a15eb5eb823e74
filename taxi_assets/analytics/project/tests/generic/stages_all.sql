{# A staging view has the trips of each file: as many as the ledger says, less those that its rule
   leaves out. Only the files of the months asked for are counted, if any are named. #}
{% test stages_all(model, taxi, rule='', left_out='false') %}
{%- set files -%}
    SELECT filename, {{ adapter.quote('rows') }}
    FROM {{ record_table('tripdata_files') }}
    WHERE
        taxi = '{{ taxi }}'
        {%- if execute and var('months') %}
            AND month IN ({{ texts(var('months')) }})
        {%- endif %}
{%- endset -%}
{%- set names = run_query(files).columns[0].values() | list if execute else [] -%}
WITH files AS (
    {{ files }}
),

staged AS (
    SELECT filename, count(*) AS trips
    FROM {{ model }}
    WHERE {{ in_files(names) }}
    GROUP BY filename
),

left_out AS (
    SELECT filename, count(*) AS trips
    FROM {{ merged(taxi ~ '_tripdata') }}
    WHERE
        {{ in_files(names) }}
        AND {{ left_out if rule in var('rules') else 'false' }}
    GROUP BY filename
)

SELECT
    files.filename,
    files.rows AS rows_in,
    coalesce(staged.trips, 0) AS rows_out,
    coalesce(left_out.trips, 0) AS rows_left_out
FROM files
LEFT JOIN staged ON files.filename = staged.filename
LEFT JOIN left_out ON files.filename = left_out.filename
WHERE files.rows <> coalesce(staged.trips, 0) + coalesce(left_out.trips, 0)
{% endtest %}
