"""What the authorization server says of itself (RFC 8414)."""

from __future__ import annotations

from typing import Any

METADATA_PATH = "/.well-known/oauth-authorization-server"
DOCUMENTATION_PATH = "/oauth2/ui/"
PATHS = {
    "authorize": "/oauth2/authorize",
    "token": "/oauth2/token",
    "revoke": "/oauth2/revoke",
    "introspect": "/oauth2/introspect",
    "jwks": "/oauth2/jwks",
}
_SECRETS = ["client_secret_basic", "client_secret_post"]


def metadata(issuer: str) -> dict[str, Any]:
    """The document for an origin."""
    return {
        "issuer": issuer,
        "authorization_endpoint": issuer + PATHS["authorize"],
        "token_endpoint": issuer + PATHS["token"],
        "revocation_endpoint": issuer + PATHS["revoke"],
        "introspection_endpoint": issuer + PATHS["introspect"],
        "jwks_uri": issuer + PATHS["jwks"],
        "service_documentation": issuer + DOCUMENTATION_PATH,
        "scopes_supported": ["payment-requests:create"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": [*_SECRETS, "none"],
        "revocation_endpoint_auth_methods_supported": [*_SECRETS, "none"],
        "introspection_endpoint_auth_methods_supported": _SECRETS,
        "authorization_response_iss_parameter_supported": True,
    }


def is_oauth(path: str) -> bool:
    """Whether a path belongs to the authorization server."""
    return path == METADATA_PATH or path == "/oauth2" or path.startswith("/oauth2/")
