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

{% macro bigquery__minutes_between(start, end) %}
    {{ return(
        'TIMESTAMP_DIFF(TIMESTAMP_TRUNC(' ~ end ~ ", MINUTE, 'UTC'), TIMESTAMP_TRUNC(" ~ start
        ~ ", MINUTE, 'UTC'), MINUTE)"
    ) }}
{% endmacro %}

{# The day of a time. #}
{% macro day_of(time) %}{{ return(adapter.dispatch('day_of')(time)) }}{% endmacro %}

{% macro default__day_of(time) %}{{ return('CAST(' ~ time ~ ' AS DATE)') }}{% endmacro %}

{% macro bigquery__day_of(time) %}{{ return('DATE(' ~ time ~ ", 'UTC')") }}{% endmacro %}

{# The first day of the month of a time. #}
{% macro month_of(time) %}{{ return(adapter.dispatch('month_of')(time)) }}{% endmacro %}

{% macro default__month_of(time) %}
    {{ return("CAST(date_trunc('month', " ~ time ~ ') AS DATE)') }}
{% endmacro %}

{% macro bigquery__month_of(time) %}
    {{ return('DATE_TRUNC(' ~ day_of(time) ~ ', MONTH)') }}
{% endmacro %}

{# The name of a type. #}
{% macro type_of(name) %}{{ return(adapter.dispatch('type_of')(name)) }}{% endmacro %}

{% macro default__type_of(name) %}{{ return(name) }}{% endmacro %}

{% macro bigquery__type_of(name) %}
    {{ return({
        'text': 'STRING', 'integer': 'INT64', 'bigint': 'INT64', 'double precision': 'FLOAT64'
    }.get(name | lower, name)) }}
{% endmacro %}

{# The MD5 of a text, in hex. #}
{% macro md5_of(text) %}{{ return(adapter.dispatch('md5_of')(text)) }}{% endmacro %}

{% macro default__md5_of(text) %}{{ return('md5(' ~ text ~ ')') }}{% endmacro %}

{% macro bigquery__md5_of(text) %}{{ return('TO_HEX(MD5(' ~ text ~ '))') }}{% endmacro %}

{# The texts of columns, one behind the other; NULL is left out. #}
{% macro joined(columns) %}{{ return(adapter.dispatch('joined')(columns | join(', '))) }}{% endmacro %}

{% macro default__joined(columns) %}{{ return("concat_ws('|', " ~ columns ~ ')') }}{% endmacro %}

{% macro bigquery__joined(columns) %}
    {{ return('ARRAY_TO_STRING([' ~ columns ~ "], '|')") }}
{% endmacro %}

{# An amount in dollars, rounded to cents: databases add up in an order of their own. #}
{% macro cents(amount) %}
    {{ return('round(' ~ amount ~ ' * 100) / 100') }}
{% endmacro %}

{# Runs statements one by one, and commits them where the database knows that. #}
{% macro run_statements(statements) %}
    {%- for each in statements | select -%}
        {% call statement('main') %}{{ each }}{% endcall %}
    {%- endfor -%}
    {% do adapter.commit() %}
{% endmacro %}

{# Runs statements in one transaction. #}
{% macro run_transaction(statements) %}
    {{ return(adapter.dispatch('run_transaction')(statements)) }}
{% endmacro %}

{% macro default__run_transaction(statements) %}{% do run_statements(statements) %}{% endmacro %}

{# In BigQuery each statement is a job, and a transaction does not outlive its job: they are a script. #}
{% macro bigquery__run_transaction(statements) %}
    {%- set script = ['BEGIN TRANSACTION'] + statements | select | list + ['COMMIT TRANSACTION'] -%}
    {% do run_statements([script | join(';\n')]) %}
{% endmacro %}

{# Keeps other sessions from writing the model, and the model that it follows, until the transaction
   ends: the ledger's line must be of the very rows that were read. One process at a time has DuckDB's
   file. In BigQuery a transaction reads all tables as they were when it began, and breaks off where
   another one changed what it changes. #}
{% macro lock_model(relation) %}{{ return(adapter.dispatch('lock_model')(relation)) }}{% endmacro %}

{% macro default__lock_model(relation) %}{{ return('') }}{% endmacro %}

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

{% macro default__index_of_files(relation) %}{{ return('') }}{% endmacro %}

{# A file's rows lie together: a range of blocks is enough, and takes kilobytes. #}
{% macro postgres__index_of_files(relation) %}
    {{ return(
        'CREATE INDEX IF NOT EXISTS ' ~ adapter.quote(relation.identifier ~ '_files') ~ ' ON '
        ~ relation ~ ' USING brin (filename)'
    ) }}
{% endmacro %}

{# Stands before each statement, and in BigQuery labels its job as the project's other jobs are. #}
{% macro job_labels(node) %}
    {%- set labels = {'managed-by': 'taxi-assets'} -%}
    {%- if node is not none -%}{%- do labels.update(model=node.name) -%}{%- endif -%}
    {{ return(tojson(labels)) }}
{% endmacro %}
