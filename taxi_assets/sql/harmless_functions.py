"""Functions that the parser of queries does not know, and that only compute a value from values.

None of them reads a file, a table by its name, a setting or the network, waits, locks, or keeps
anything; none makes a value much larger than those it is given. They are told by kind, since a name
that is harmless in one database may be somebody's own function in another one.
"""

from __future__ import annotations

_TIMES = """
age century dayname decade epoch era isodow isoyear julian make_date microsecond millennium
millisecond monthname timezone
"""

_NUMBERS = "bit_count gcd gamma lcm lgamma width_bucket"

_TOTALS = "bool_and bool_or every mode"

_ANYWHERE = f"{_TIMES} {_NUMBERS} {_TOTALS} cardinality isfinite octet_length"

_DUCKDB = """
date_part date_sub datepart datesub days_in_month epoch_ns epoch_us make_timestamp_ms
make_timestamp_ns make_timestamptz nanosecond normalized_interval timezone_hour timezone_minute
to_centuries to_decades to_hours to_microseconds to_millennia to_milliseconds to_minutes to_months
to_quarters to_seconds to_weeks to_years try_strptime weekday yearweek

even fdiv fmod greatest_common_divisor least_common_multiple nextafter round_even roundbankers
signbit

arbitrary arg_max_null arg_max_nulls_last arg_min_null arg_min_nulls_last count_star entropy favg
fsum geomean geometric_mean histogram histogram_exact kahan_sum kurtosis_pop mad mean product
reservoir_quantile sem sumkahan wavg weighted_avg

base64 bin damerau_levenshtein format_bytes formatreadabledecimalsize formatreadablesize hamming
hash jaccard jaro_similarity left_grapheme length_grapheme md5_number md5_number_lower
md5_number_upper mismatches nfc_normalize ord parse_dirname parse_dirpath parse_filename parse_path
prefix regexp_escape regexp_split_to_array right_grapheme strip_accents strlen substring_grapheme
suffix unbin url_decode url_encode

json_array_length json_contains json_exists json_group_array json_group_object json_merge_patch
json_pretty json_quote json_structure json_valid json_value row_to_json to_json array_to_json

array_aggr array_aggregate array_apply array_extract array_has_any array_indexof array_pop_back
array_pop_front array_push_back array_push_front array_reduce array_select array_transform
array_unique array_value array_where array_zip list_aggr list_aggregate list_any_value list_apply
list_approx_count_distinct list_avg list_bit_and list_bit_or list_bit_xor list_bool_and list_bool_or
list_cat list_count list_element list_entropy list_extract list_first list_has_all list_histogram
list_indexof list_intersect list_kurtosis list_last list_mad list_median list_mode list_pack
list_position list_product list_reduce list_reverse list_select list_sem list_skewness list_slice
list_stddev_pop list_stddev_samp list_string_agg list_sum list_unique list_var_pop list_var_samp
list_where list_zip

element_at map_concat map_contains map_contains_entry map_contains_value map_entries map_extract
map_extract_value map_values row struct_concat struct_contains struct_extract_at struct_has
struct_indexof struct_insert struct_keys struct_position struct_update struct_values union_extract
union_tag union_value
"""

_POSTGRES = """
clock_timestamp date_subtract make_timestamptz statement_timestamp transaction_timestamp

acosd asind atan2d atand cosd cotd erf erfc min_scale scale sind tand trim_scale

all

casefold crc32 crc32c get_byte quote_ident quote_literal quote_nullable regexp_match regexp_matches
regexp_split_to_array regexp_split_to_table string_to_table to_ascii to_bin to_oct

pg_size_pretty pg_typeof

array_dims array_lower array_ndims array_positions array_replace array_to_json array_upper

json_agg_strict json_array_elements json_array_elements_text json_array_length json_build_array
json_build_object json_each json_each_text json_object_keys json_typeof jsonb_agg jsonb_agg_strict
jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array
jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text
jsonb_insert jsonb_object_keys jsonb_path_exists jsonb_path_match jsonb_path_query
jsonb_path_query_array jsonb_path_query_first jsonb_pretty jsonb_set jsonb_strip_nulls jsonb_typeof
row_to_json to_json to_jsonb

daterange int4range int8range isempty lower_inc lower_inf numrange range_agg range_intersect_agg
range_merge tsrange upper_inc upper_inf
"""
# ``<> ALL (array)`` is a call of all to the parser.

HARMLESS = {
    "duckdb": frozenset(f"{_ANYWHERE} {_DUCKDB}".split()),
    "postgres": frozenset(f"{_ANYWHERE} {_POSTGRES}".split()),
}
"""By dialect, those that may be called for a value."""

_POSTGRES_ROWS = """
json_array_elements json_array_elements_text json_each json_each_text json_object_keys
jsonb_array_elements jsonb_array_elements_text jsonb_each jsonb_each_text jsonb_object_keys
jsonb_path_query regexp_matches regexp_split_to_table string_to_table
"""

ROWS = {
    "duckdb": frozenset({"json_each", "json_tree"}),
    "postgres": frozenset(_POSTGRES_ROWS.split()),
}
"""By dialect, those that may stand in the place of a table."""


def is_harmless(name: str, dialect: str) -> bool:
    """Whether a function of that name may be called for a value."""
    return name.lower() in HARMLESS.get(dialect, frozenset(_ANYWHERE.split()))


def gives_rows(name: str, dialect: str) -> bool:
    """Whether one may stand in the place of a table; DuckDB has others there that read tables."""
    return name.lower() in ROWS.get(dialect, ())
