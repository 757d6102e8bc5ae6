#pragma once

#include <cstddef>
#include <memory>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string_view>

#include "base/free_with.h"

namespace freshet::auth {

// Owners of OpenSSL's objects.
using BioHandle = std::unique_ptr<BIO, base::FreeWith<BIO_free_all>>;
using BignumHandle = std::unique_ptr<BIGNUM, base::FreeWith<BN_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, base::FreeWith<EVP_MD_CTX_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, base::FreeWith<ECDSA_SIG_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, base::FreeWith<EVP_PKEY_CTX_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, base::FreeWith<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, base::FreeWith<OSSL_PARAM_free>>;

/// Bytes as OpenSSL takes them.
inline const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace freshet::auth
