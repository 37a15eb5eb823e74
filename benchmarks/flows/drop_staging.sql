DROP TABLE $staging
