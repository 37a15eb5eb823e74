-- Enough to tell the ids of a month of millions apart without temporary files.
SELECT set_config('work_mem', '128MB', true)
