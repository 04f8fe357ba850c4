"""Signatures that are checked with what is public: a key, or certificates."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from leadline.engines.extras import lacking

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.x509 import Certificate


def key(text: str) -> EllipticCurvePublicKey:
    """Return a key on a curve, of base64. Raises ValueError, and EngineError without its extra."""
    try:
        from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
        from cryptography.hazmat.primitives.serialization import load_der_public_key
    except ImportError:
        raise lacking("This webhook is signed with a public key", "hooks") from None
    found = load_der_public_key(base64.b64decode(text))
    if not isinstance(found, EllipticCurvePublicKey):
        raise ValueError("it is no key on a curve")  # noqa: TRY004 - a wrong text, not a wrong type
    return found


def certificates(text: str) -> list[Certificate]:
    """Return the certificates of a text of PEM. Raises ValueError, and EngineError."""
    try:
        from cryptography.x509 import load_pem_x509_certificates
    except ImportError:
        raise lacking("This webhook is signed with a certificate", "hooks") from None
    return load_pem_x509_certificates(text.encode())


def is_of_key(text: str, signature: bytes, message: bytes) -> bool:
    """Say whether a text was signed with the private half of a key, by ECDSA and SHA-256."""
    found = key(text)
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        found.verify(signature, message, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def is_of_certificate(text: str, signature: bytes, message: bytes, hashed: str, at: float) -> bool:
    """Say whether a text was signed with one of some certificates that is valid at a moment.

    Args:
        text: Certificates as PEM.
        signature: As bytes.
        message: What was signed, by RSA.
        hashed: ``sha1`` or ``sha256``.
        at: Seconds since 1970.
    """
    return any(
        _is_of(each, signature, message, hashed)
        for each in certificates(text)
        if each.not_valid_before_utc.timestamp() <= at <= each.not_valid_after_utc.timestamp()
    )


def _is_of(certificate: Certificate, signature: bytes, message: bytes, hashed: str) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA1, SHA256

    own = certificate.public_key()
    if not isinstance(own, RSAPublicKey):
        return False
    kind = SHA1() if hashed == "sha1" else SHA256()  # noqa: S303 - the sender's choice
    try:
        own.verify(signature, message, PKCS1v15(), kind)
    except InvalidSignature:
        return False
    return True
