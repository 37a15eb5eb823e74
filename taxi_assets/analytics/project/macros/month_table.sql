{# A table that is replaced month by month, as the merged tables are.

   A month's rows are those of its file. They are replaced in one transaction, together with the
   model's line in tripdata_models: which file they are of, and which version of the model made them.
   A month is made again only if one of the two differs, or if it is gone from the ledger. When its
   trips were picked up does not matter: early, late, republished and removed months are all found.

   Configuration of a model:
     follows: the model that it reads, or tripdata_files.
     rules: the rules that leave rows out. The model's last column, left_out_by, names the rule.
     optional_rules: those that do so only where they were asked for.
     measure: how many trips rows stand for; count(*) if each row is one.
#}
{% materialization month_table, default %}
    {%- set model_table = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks) }}

    {%- set no_month = sql | replace(in_files(), in_files([])) -%}
    {%- set columns = get_columns_in_query(no_month) | reject('equalto', 'left_out_by') | list -%}
    {% do require_ours(existing, columns) %}
    {%- if existing is not none and (should_full_refresh() or not existing.is_table) -%}
        {% do drop_relation(existing) %}
        {% do adapter.commit() %}
        {%- set existing = none -%}
    {%- endif -%}
    {%- if existing is none -%}
        {% do run_statements([
            lock_model(this),
            forget_missing('tripdata_models'),
            forget_missing('tripdata_models_left_out'),
            create_empty(this, columns, no_month),
            index_of_files(this)
        ]) %}
    {%- else -%}
        {% do require_columns(existing, columns) %}
    {%- endif -%}

    {%- set version = model_version() -%}
    {%- set months = stale_months(version) -%}
    {%- for filenames in months -%}
        {%- set month_sql = sql | replace(in_files(), in_files(filenames)) -%}
        {% do run_transaction([
            lock_model(this),
            'DELETE FROM ' ~ this ~ ' WHERE ' ~ in_files(filenames),
            insert_month(this, columns, month_sql),
            forget_files('tripdata_models', filenames),
            forget_files('tripdata_models_left_out', filenames),
            note_left_out(month_sql) if active_rules() else '',
            note_month(version, filenames)
        ]) %}
    {%- endfor -%}
    {%- if not months -%}
        {% call noop_statement('main', 'UNCHANGED') %}{{ sql }}{% endcall %}
    {%- endif -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [model_table]}) }}
{% endmaterialization %}

{# A view that is replaced only if its definition changed: nobody has to wait for it. #}
{% materialization kept_view, default %}
    {%- set view = this.incorporate(type='view') -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks) }}
    {%- set version = local_md5(sql) -%}
    {%- set known = run_query(
        'SELECT version FROM ' ~ record_table('tripdata_models') ~ " WHERE model = '" ~ model.name ~ "'"
    ).columns[0].values() | list -%}
    {% do require_ours(existing, []) %}
    {%- if existing is not none and not should_full_refresh() -%}
        {% do require_columns(existing, get_columns_in_query(sql) | map('lower') | list, further=true) %}
    {%- endif -%}
    {%- if existing is none or should_full_refresh() or known != (version,) | list -%}
        {%- if existing is not none and should_full_refresh() -%}
            {% do drop_relation(existing) %}
        {%- endif -%}
        {% do run_statements([
            lock_model(this),
            'CREATE OR REPLACE VIEW ' ~ this ~ ' AS ' ~ sql,
            forget_files('tripdata_models', ['']),
            note_view(version)
        ]) %}
    {%- else -%}
        {% call noop_statement('main', 'UNCHANGED') %}{{ sql }}{% endcall %}
    {%- endif -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [view]}) }}
{% endmaterialization %}

{% macro create_empty(relation, columns, query) %}
    {{ return(adapter.dispatch('create_empty')(relation, columns, query)) }}
{% endmacro %}

{% macro default__create_empty(relation, columns, query, form='') %}
    CREATE TABLE IF NOT EXISTS {{ relation }} {{ form }}
    AS SELECT {{ columns | join(', ') }} FROM ({{ query }}) AS model_rows WHERE false
{% endmacro %}

{# A month is a partition, as in the merged tables; in it, rows of a file lie together. Months stay,
   whatever the dataset's default is. #}
{% macro bigquery__create_empty(relation, columns, query) %}
    {%- set form -%}
        PARTITION BY DATE_TRUNC(file_month, MONTH)
        CLUSTER BY filename
        OPTIONS (partition_expiration_days = NULL, labels = [('managed-by', 'taxi-assets')])
    {%- endset -%}
    {{ return(default__create_empty(relation, columns, query, form)) }}
{% endmacro %}

{% macro insert_month(relation, columns, query) %}
    INSERT INTO {{ relation }} ({{ columns | join(', ') }})
    SELECT {{ columns | join(', ') }} FROM ({{ query }}) AS model_rows
    {%- if active_rules() %} WHERE left_out_by IS NULL {%- endif %}
{% endmacro %}

{# In lower case: of a view, DuckDB may have them as the tables behind it. #}
{% macro names_of_columns(existing) %}
    {{ return(adapter.get_columns_in_relation(existing) | map(attribute='name') | map('lower') | list) }}
{% endmacro %}

{# Stops before anything is changed where somebody else made what has the model's name. What the models
   made has lines in their ledger: a table those of its files, a view one. Only a table that was made
   just before a build was killed has none, and no row. #}
{% macro require_ours(existing, columns) %}
    {%- if existing is none -%}{{ return('') }}{%- endif -%}
    {%- set noted = run_query(
        'SELECT 1 FROM ' ~ record_table('tripdata_models') ~ " WHERE model = '" ~ model.name
        ~ "' AND filename " ~ ('=' if existing.is_view else '<>') ~ " '' LIMIT 1"
    ).rows -%}
    {%- set is_ours = existing.is_view and noted -%}
    {%- if existing.is_table -%}
        {%- set present = names_of_columns(existing) -%}
        {%- set is_ours = 'filename' in present if noted else
            present == columns and not run_query('SELECT 1 FROM ' ~ existing ~ ' LIMIT 1').rows -%}
    {%- endif -%}
    {%- if not is_ours -%}
        {%- set name = existing.schema ~ '.' ~ existing.identifier -%}
        {% do exceptions.raise_compiler_error(
            name ~ ' was made by somebody else: it is a ' ~ existing.type | replace('_', ' ')
            ~ ' that the models did not make; nothing was changed. Rename it (ALTER '
            ~ existing.type | replace('_', ' ') | upper ~ ' ' ~ name ~ ' RENAME TO ...) or drop it, and run again'
        ) %}
    {%- endif -%}
{% endmacro %}

{# Stops before anything is changed where the relation is of another edition of the model. The columns
   of a view may have further ones behind them. #}
{% macro require_columns(existing, columns, further=false) %}
    {%- set present = names_of_columns(existing) -%}
    {%- if present != (columns[:present | length] if further else columns) -%}
        {% do exceptions.raise_compiler_error(
            existing ~ ' has other columns than the model: ' ~ present | join(', ') ~ '. '
            ~ 'If it is yours, rename it. If an earlier edition made it, make it anew: '
            ~ 'taxi-assets analytics build --full-refresh'
        ) %}
    {%- endif -%}
{% endmacro %}
