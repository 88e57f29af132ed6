#pragma once
// Digests of OpenSSL's libcrypto.
#include <openssl/evp.h>
#include <openssl/hmac.h>
