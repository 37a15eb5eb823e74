GRANT $right ON $table TO $role
