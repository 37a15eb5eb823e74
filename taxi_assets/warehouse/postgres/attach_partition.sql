-- A month has one partition, whichever format it comes in.
ALTER TABLE $table ATTACH PARTITION $partition FOR VALUES IN ($filenames)
