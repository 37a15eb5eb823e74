SELECT count(*), count(*) FILTER (WHERE filename = %(filename)s)
FROM $partition
