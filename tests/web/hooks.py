"""Hooks of schemathesis: requests go out as two users in turn, whose access tokens are in $TOKENS."""

import itertools
import os

import schemathesis

TOKENS = itertools.cycle(os.environ["TOKENS"].split())


@schemathesis.hook
def before_call(context, case, kwargs):
    headers = dict(case.headers or {})
    # Whoever logs out everywhere is of no use to the requests that follow.
    if case.operation.path != "/token/revoke":
        headers["Authorization"] = f"Bearer {next(TOKENS)}"
    case.headers = headers
