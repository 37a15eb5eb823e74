{# Which files a model reads, and where the project's own tables are. #}

{% macro trips_schema() %}{{ return(env_var('MODELS_TRIPS_SCHEMA', 'main')) }}{% endmacro %}

{# A record table: it is no source, since no asset makes it. #}
{% macro record_table(name) %}
    {{ return(api.Relation.create(database=target.database, schema=trips_schema(), identifier=name)) }}
{% endmacro %}

{# The files that a model selects. The materialization month_table puts one month's names in its
   place; as it stands, it selects all loaded files, so that the compiled SQL can be run. #}
{% macro files() -%}
    SELECT ledger.filename FROM {{ record_table('tripdata_files') }} AS ledger
{%- endmacro %}

{# A merged table. One that has no month yet may be missing: it is read as an empty one. #}
{% macro merged(name) %}
    {%- set table = source('trips', name) -%}
    {%- if not execute or load_relation(table) is not none -%}
        {{ return(table) }}
    {%- endif -%}
    {%- set node = graph.sources.values() | selectattr('name', 'equalto', name) | first -%}
    {%- set columns = [] -%}
    {%- for column in node.columns.values() -%}
        {%- do columns.append('CAST(NULL AS ' ~ column.data_type ~ ') AS ' ~ column.name) -%}
    {%- endfor -%}
    {{ return('(SELECT ' ~ columns | join(', ') ~ ' WHERE false) AS ' ~ name) }}
{% endmacro %}

{% macro texts(values) %}'{{ values | map('replace', "'", "''") | join("', '") }}'{% endmacro %}
