SELECT DISTINCT $pickup
FROM $table
WHERE $month = @month AND ($pickup < @month_start OR $pickup >= @month_end)
