{# Which files a model reads, and where the project's own tables are. #}

{% macro trips_schema() %}{{ return(env_var('MODELS_TRIPS_SCHEMA', 'main')) }}{% endmacro %}

{# A record table: it is no source, since no asset makes it. #}
{% macro record_table(name) %}
    {{ return(api.Relation.create(database=target.database, schema=trips_schema(), identifier=name)) }}
{% endmacro %}

{# Selects the rows of files. The materialization month_table puts the condition for one month's files
   in the place of the one for none given: that selects all loaded files, so that the compiled SQL can
   be run. #}
{% macro in_files(filenames=none) %}{{ return(adapter.dispatch('in_files')(filenames)) }}{% endmacro %}

{% macro default__in_files(filenames) %}
    {%- set all_files = 'SELECT ledger.filename FROM ' ~ record_table('tripdata_files') ~ ' AS ledger' -%}
    {{ return('filename IN (' ~ (all_files if filenames is none else texts(filenames)) ~ ')') }}
{% endmacro %}

{# With the months, BigQuery reads their partitions alone. #}
{% macro bigquery__in_files(filenames) %}
    {%- set condition = default__in_files(filenames) -%}
    {%- set months = [] -%}
    {%- for filename in filenames or [] -%}
        {%- do months.append("DATE '" ~ filename.split('.')[0][-7:] ~ "-01'") -%}
    {%- endfor -%}
    {%- if filenames is not none -%}
        {%- set no_month = "DATE '0001-01-01'" -%}
        {%- set condition = condition ~ ' AND file_month IN (' ~ (months or [no_month]) | unique | join(', ') ~ ')' -%}
    {%- endif -%}
    {{ return(condition) }}
{% endmacro %}

{# The column of the partitions, with its comma, where tables have one: BigQuery's. #}
{% macro month_column() %}{{ return('file_month, ' if target.type == 'bigquery' else '') }}{% endmacro %}

{# A merged table. One that has no month yet may be missing: it is read as an empty one. #}
{% macro merged(name) %}
    {%- set table = source('trips', name) -%}
    {%- if not execute or load_relation(table) is not none -%}
        {{ return(table) }}
    {%- endif -%}
    {%- set node = graph.sources.values() | selectattr('name', 'equalto', name) | first -%}
    {%- set columns = [] -%}
    {%- for column in node.columns.values() -%}
        {%- do columns.append('CAST(NULL AS ' ~ type_of(column.data_type) ~ ') AS ' ~ column.name) -%}
    {%- endfor -%}
    {%- if month_column() and name != 'zones' -%}
        {%- do columns.append('CAST(NULL AS DATE) AS file_month') -%}
    {%- endif -%}
    {{ return('(SELECT ' ~ columns | join(', ') ~ ' LIMIT 0) AS ' ~ name) }}
{% endmacro %}

{% macro texts(values) %}'{{ values | map('replace', "'", "''") | join("', '") }}'{% endmacro %}
