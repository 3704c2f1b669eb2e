"""The settings under test, with passwords that cost nothing and a broker number for each xdist worker."""

import os

if worker := "".join(filter(str.isdigit, os.environ.get("PYTEST_XDIST_WORKER", ""))):
    # One test's message is not another's.
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rsplit('/', 1)[0]}/{int(worker) % 15 + 1}"

from gridmarketing.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # real ones are slow on purpose
