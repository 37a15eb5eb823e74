DROP TABLE $partition
