{# The meaning of a payment type, as TLC's data dictionary has it. #}
{% macro payment_type_description(column) -%}
    CASE {{ column }}
        WHEN 1 THEN 'Credit card'
        WHEN 2 THEN 'Cash'
        WHEN 3 THEN 'No charge'
        WHEN 4 THEN 'Dispute'
        WHEN 6 THEN 'Voided trip'
        ELSE 'Unknown'
    END
{%- endmacro %}
