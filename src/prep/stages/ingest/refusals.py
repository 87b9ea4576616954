"""What a store that cannot be read does, in words of our own: its library's hold addresses, headers and answers."""

from __future__ import annotations

import re

_CREDENTIALS = "look at the credentials in the environment: what they may read, whether they have expired"
_VARIABLES = "look at the variables in the environment, see docs/ingest.md"
_LOCAL = "download the file and name the local path"
_NETWORK = "look at the address and the network"
_PLAIN = "say AWS_ALLOW_HTTP=true or AZURE_ALLOW_HTTP=true if that is meant"
_AGAIN = "run again; what has been copied is not fetched twice"

_STATUS = {
    400: ("refuses the request", _VARIABLES),
    401: ("asks for credentials", _VARIABLES),
    403: ("refuses the credentials", _CREDENTIALS),
    404: ("has no such bucket", "look at the address"),
    405: ("does not say what files it has", _LOCAL),
    412: ("has another file there now", _AGAIN),
    429: ("is asked too often", _AGAIN),
}
# Words in what the library says, in the order in which they are looked for; the last column stands in the message.
_WORDS = (
    ("dns error", "cannot be found: no machine is called so", _NETWORK),
    ("ConnectionRefused", "refuses the connection", _NETWORK),
    ("InvalidCertificate", "has a certificate that is not trusted", _NETWORK),
    ("InvalidMessage", "does not speak TLS", _NETWORK),
    ("TimedOut", "does not answer in time", _NETWORK),
    ("builder error", "has an address without encryption", _PLAIN),
    ("following redirect", "sends from address to address without end", "look at the address"),
    ("Content-Length Header missing", "does not say how long the file is", _LOCAL),
    ("Last-Modified Header missing", "does not say when the file changed", _LOCAL),
    ("Content-Range header", "broke off before the end", _AGAIN),
    ("Range request not supported", "broke off before the end", _AGAIN),
    ("body error", "broke off before the end", _AGAIN),
    ("error sending request", "cannot be reached", _NETWORK),
    ("list response", "does not list files as a store does", _VARIABLES),
    ("redential", "cannot be asked with these credentials", _VARIABLES),
    ("Access Key", "cannot be asked with these credentials", _VARIABLES),
    ("SAS", "cannot be asked with these credentials", _VARIABLES),
    ("pem file", "cannot be asked with these credentials", _VARIABLES),
    ("must be specified", "is not told by the environment", _VARIABLES),
)  # fmt: skip
_KINDS = {"PermissionDeniedError": 403, "UnauthenticatedError": 401, "PreconditionError": 412}


def told(error: BaseException) -> tuple[str, str]:
    """(what the store does, the way on), for an error that its library raised."""
    text = str(error)
    status = re.search(r"status code: ([0-9]{3})", text)
    number = int(status[1]) if status else _KINDS.get(type(error).__name__)
    if number is not None:
        doing, way = _STATUS.get(number, ("fails", _AGAIN) if number >= 500 else ("refuses", "look at the address"))
        return f"{doing} ({number})", way
    return next(
        ((doing, way) for words, doing, way in _WORDS if words in text),
        (f"fails ({type(error).__name__})", "look at the address and at the credentials in the environment"),
    )
