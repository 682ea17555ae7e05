"""The way of a request through the mock: routing, authentication, validation, handler, check of the answer."""

import warnings

# Connexion imports Starlette's test client in any case; that it would rather have another HTTP client concerns nobody
# who runs the mock.
warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient` is deprecated")
