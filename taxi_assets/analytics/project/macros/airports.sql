{# The zones that are airports. #}
{% macro airports() %}{{ return({'1': 'EWR', '132': 'JFK', '138': 'LGA'}) }}{% endmacro %}

{# The airport that a zone is; NULL for other zones. #}
{% macro airport_of(column) -%}
    CASE {{ column }}
        {%- for zone, name in airports().items() %} WHEN '{{ zone }}' THEN '{{ name }}'{% endfor %} END
{%- endmacro %}
