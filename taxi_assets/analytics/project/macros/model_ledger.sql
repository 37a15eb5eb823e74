{# The ledger of the models, tripdata_models: which file each month of a model is of. #}

{% macro utc_now() -%}
    CAST('{{ modules.datetime.datetime.now(modules.pytz.utc).strftime("%Y-%m-%d %H:%M:%S.%f") }}+00:00' AS TIMESTAMP)
{%- endmacro %}

{# The files that a model follows: filename, taxi, month, sha256, version, trips. #}
{% macro followed() %}
    {%- if config.get('follows') == 'tripdata_files' -%}
        SELECT filename, taxi, month, sha256, '' AS version, {{ adapter.quote('rows') }} AS trips
        FROM {{ record_table('tripdata_files') }}
        WHERE taxi IN ({{ texts(config.get('taxis')) }})
    {%- else -%}
        SELECT filename, taxi, month, sha256, version, rows_out AS trips
        FROM {{ record_table('tripdata_models') }}
        WHERE model = '{{ config.get('follows') }}'
    {%- endif -%}
{% endmacro %}

{# What makes a model's rows, apart from the files: its SQL with the rules, that of the views that it
   reads, and the zones. #}
{% macro model_version() %}
    {%- set parts = [sql | replace(adapter.quote(target.database) ~ '.', '')] -%}
    {%- for id in model.depends_on.nodes if graph.nodes.get(id, {}).get('config', {}).get('materialized') == 'kept_view' -%}
        {#- As it was written before BigQuery had models: elsewhere, no month is made anew for it. -#}
        {%- do parts.append(
            graph.nodes[id].raw_code
            | replace('{{ month_column() }}', '')
            | replace("{{ type_of('DOUBLE PRECISION') }}", 'DOUBLE PRECISION')
        ) -%}
        {%- if graph.nodes[id].name == 'dim_zones' -%}
            {%- do parts.append(run_query(
                'SELECT string_agg(' ~ joined(['location_id', 'borough', 'zone', 'service_zone'])
                ~ ", ',' ORDER BY location_id) FROM " ~ ref('dim_zones')
            ).columns[0].values()[0]) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(local_md5(parts | join(';'))) }}
{% endmacro %}

{# The months to make, each as the names of its files: those that are there, and those that were. #}
{% macro stale_months(version) %}
    {%- set found = run_query(
        'SELECT coalesce(followed.taxi, made.taxi) AS taxi, coalesce(followed.month, made.month) AS month, '
        ~ 'coalesce(followed.filename, made.filename) AS filename FROM (' ~ followed() ~ ') AS followed '
        ~ 'FULL JOIN (SELECT * FROM ' ~ record_table('tripdata_models')
        ~ " WHERE model = '" ~ model.name ~ "') AS made ON followed.filename = made.filename "
        ~ 'WHERE (' ~ ('true' if var('force') else
            "made.sha256 IS NULL OR followed.sha256 IS NULL OR made.sha256 <> followed.sha256 "
            ~ 'OR made.version <> ' ~ md5_of("'" ~ version ~ "' || followed.version")) ~ ')'
        ~ (' AND coalesce(followed.month, made.month) IN (' ~ texts(var('months')) ~ ')' if var('months') else '')
        ~ ' ORDER BY 2, 1, 3'
    ) -%}
    {%- set months = {} -%}
    {%- for row in found.rows -%}
        {%- do months.setdefault(row['taxi'] ~ row['month'], []).append(row['filename']) -%}
    {%- endfor -%}
    {{ return(months.values() | list) }}
{% endmacro %}

{% macro note_month(version, filenames) %}
    INSERT INTO {{ record_table('tripdata_models') }}
        (model, filename, taxi, month, sha256, version, rows_in, rows_out, built_at, invocation)
    SELECT
        '{{ model.name }}',
        followed.filename,
        followed.taxi,
        followed.month,
        followed.sha256,
        {{ md5_of("'" ~ version ~ "' || followed.version") }},
        followed.trips,
        coalesce(held.trips, 0),
        {{ utc_now() }},
        '{{ invocation_id }}'
    FROM ({{ followed() }}) AS followed
    LEFT JOIN (
        SELECT filename, {{ config.get('measure', 'count(*)') }} AS trips
        FROM {{ this }}
        WHERE {{ in_files(filenames) }}
        GROUP BY filename
    ) AS held ON followed.filename = held.filename
    WHERE followed.filename IN ({{ texts(filenames) }})
{% endmacro %}

{% macro note_view(version) %}
    INSERT INTO {{ record_table('tripdata_models') }} (model, filename, version, built_at)
    VALUES ('{{ model.name }}', '', '{{ version }}', {{ utc_now() }})
{% endmacro %}

{% macro note_left_out(month_sql) %}
    INSERT INTO {{ record_table('tripdata_models_left_out') }} (model, filename, rule, trips)
    SELECT '{{ model.name }}', filename, left_out_by, count(*)
    FROM ({{ month_sql }}) AS model_rows
    WHERE left_out_by IS NOT NULL
    GROUP BY filename, left_out_by
{% endmacro %}

{% macro forget_files(table, filenames) %}
    DELETE FROM {{ record_table(table) }}
    WHERE model = '{{ model.name }}' AND filename IN ({{ texts(filenames) }})
{% endmacro %}

{# What is noted of a table that is not there, such as one that somebody dropped. #}
{% macro forget_missing(table) %}
    DELETE FROM {{ record_table(table) }}
    WHERE model = '{{ model.name }}'
    {%- if target.type != 'bigquery' %} AND NOT EXISTS (
        SELECT 1 FROM information_schema.tables
        WHERE table_schema = '{{ this.schema }}' AND table_name = '{{ this.identifier }}'
    )
    {%- endif %}
{% endmacro %}
