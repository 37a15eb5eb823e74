{# The rules that leave trips out. Each has a name, and rows that it left out are counted. All are
   off unless TAXI_ANALYTICS_RULES names them. #}

{# The rules of a model that are on: those that it always has, and those that were asked for. #}
{% macro active_rules() %}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {{ return(
        config.get('rules', []) + config.get('optional_rules', []) | select('in', var('rules')) | list
    ) }}
{% endmacro %}

{# The first rule that leaves a trip out; NULL where it stays. #}
{% macro left_out_by() %}
{%- set rules = active_rules() -%}
{%- if not rules -%}
    {{ return('CAST(NULL AS ' ~ type_of('TEXT') ~ ')') }}
{%- endif -%}
{%- if 'unknown_zone' in rules and load_relation(record_table('zones')) is none -%}
    {% do exceptions.raise_compiler_error(
        'the rule unknown_zone needs the zones, or it leaves all trips out: taxi-assets load zones'
    ) %}
{%- endif -%}
CASE
    {%- if 'no_vendor' in rules %}
        WHEN trips.vendor_id IS NULL THEN 'no_vendor'
    {%- endif %}
    {%- if 'duplicate' in rules %}
        WHEN
            row_number() OVER (
                PARTITION BY
                    trips.vendor_id,
                    trips.pickup_datetime,
                    trips.pickup_location_id,
                    trips.service_type
                ORDER BY trips.dropoff_datetime, trips.unique_row_id, trips.total_amount
            ) > 1
            THEN 'duplicate'
    {%- endif %}
    {%- if 'unknown_zone' in rules %}
        WHEN
            coalesce(pickup_zones.borough, 'Unknown') = 'Unknown'
            OR coalesce(dropoff_zones.borough, 'Unknown') = 'Unknown'
            THEN 'unknown_zone'
    {%- endif %}
    END
{% endmacro %}
