SELECT taxi, month, rows FROM tripdata_files ORDER BY taxi, month
