{# What the databases write differently. #}

{# Full minutes that the clock passed between two times, as dbt's datediff counts them in DuckDB. #}
{% macro minutes_between(start, end) %}
    {{ return(adapter.dispatch('minutes_between')(start, end)) }}
{% endmacro %}

{% macro duckdb__minutes_between(start, end) %}
    {{ return("date_diff('minute', " ~ start ~ ', ' ~ end ~ ')') }}
{% endmacro %}

{% macro postgres__minutes_between(start, end) %}
    {{ return(
        "CAST(extract(EPOCH FROM date_trunc('minute', " ~ end ~ ") - date_trunc('minute', " ~ start
        ~ ')) / 60 AS BIGINT)'
    ) }}
{% endmacro %}

{# An amount in dollars, rounded to cents: databases add up in an order of their own. #}
{% macro cents(amount) %}
    {{ return('round(' ~ amount ~ ' * 100) / 100') }}
{% endmacro %}

{# Keeps other sessions from writing the model, and the model that it follows, until the transaction
   ends: the ledger's line must be of the very rows that were read. #}
{% macro lock_model(relation) %}{{ return(adapter.dispatch('lock_model')(relation)) }}{% endmacro %}

{# One process at a time has the file. #}
{% macro duckdb__lock_model(relation) %}{{ return('SELECT 1') }}{% endmacro %}

{% macro postgres__lock_model(relation) %}
    {%- set key = "(hashtextextended('taxi_assets: " ~ relation.schema ~ '.' -%}
    {%- set followed = config.get('follows') or relation.identifier -%}
    {{ return(
        'SELECT pg_advisory_xact_lock' ~ key ~ relation.identifier ~ "', 0)), "
        ~ 'pg_advisory_xact_lock_shared' ~ key ~ followed ~ "', 0))"
    ) }}
{% endmacro %}

{# The index by which a month's rows are found, where the database needs one. #}
{% macro index_of_files(relation) %}{{ return(adapter.dispatch('index_of_files')(relation)) }}{% endmacro %}

{% macro duckdb__index_of_files(relation) %}{{ return('SELECT 1') }}{% endmacro %}

{# A file's rows lie together: a range of blocks is enough, and takes kilobytes. #}
{% macro postgres__index_of_files(relation) %}
    {{ return(
        'CREATE INDEX IF NOT EXISTS ' ~ adapter.quote(relation.identifier ~ '_files') ~ ' ON '
        ~ relation ~ ' USING brin (filename)'
    ) }}
{% endmacro %}
