CREATE TABLE $incoming (
    $columns
)
