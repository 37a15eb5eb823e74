"""Gives pgAdmin's user the password of its secret, and its server the role that reads.

Run by pgAdmin's own Python, in its folder, before it starts. pgAdmin keeps both in its database,
and looks at what its container says at its first start only.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

import config
from flask_security.utils import hash_password, verify_password
from pgadmin import create_app
from pgadmin.model import Server, User, db

EMAIL, PASSWORD = (os.environ[f"PGADMIN_DEFAULT_{name}"] for name in ("EMAIL", "PASSWORD"))

app = create_app(config.APP_NAME + "-cli")
with app.test_request_context():
    user = User.query.filter_by(email=EMAIL).first()
    if user is None:
        sys.stderr.write(f"pgAdmin has no user {EMAIL}: it keeps the address of its first start\n")
    elif not verify_password(PASSWORD, user.password):
        user.password = hash_password(PASSWORD)
    # As it was registered when everybody was the superuser.
    Server.query.filter_by(host="taxi-db", username="taxi").update({"username": "reader"})
    db.session.commit()
