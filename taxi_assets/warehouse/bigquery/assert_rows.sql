ASSERT (SELECT COUNT(*) FROM $incoming) = @rows AS 'not all rows have arrived'
