#include "auth/pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string>

#include "auth/openssl_handle.h"
#include "base/text.h"

namespace freshet::auth {
namespace {

struct OpensslMemory {
  template <class T>
  void operator()(T* memory) const {
    OPENSSL_free(memory);
  }
};
using TextHandle = std::unique_ptr<char, OpensslMemory>;
using BytesHandle = std::unique_ptr<unsigned char, OpensslMemory>;

base::Result<Key> read_block(std::string_view label, const unsigned char* der, long size) {
  const unsigned char* end = der;
  Key::Handle handle;
  if (label == PEM_STRING_PUBLIC) {
    handle.reset(d2i_PUBKEY(nullptr, &end, size));
  } else if (label == PEM_STRING_RSA_PUBLIC) {
    handle.reset(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &end, size));
  } else if (label.find("PRIVATE KEY") != std::string_view::npos) {
    return base::fail("a private key: only its public half is needed here (openssl pkey -pubout)");
  } else if (label == PEM_STRING_X509) {
    return base::fail("a certificate: its public key is needed here (openssl x509 -pubkey -noout)");
  } else {
    return base::fail("\"" + base::printable(label, 60) + "\" where PUBLIC KEY was expected");
  }
  ERR_clear_error();
  if (!handle || end != der + size) return base::fail("not a public key inside");
  return Key::from_public(std::move(handle));
}

}  // namespace

base::Result<std::vector<Key>> read_pem(std::string_view text) {
  std::vector<Key> keys;
  const BioHandle input(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  for (int block = 1;; ++block) {
    char* label = nullptr;
    char* header = nullptr;
    unsigned char* der = nullptr;
    long size = 0;
    const bool read = PEM_read_bio(input.get(), &label, &header, &der, &size) == 1;
    const TextHandle label_owner(label);
    const TextHandle header_owner(header);
    const BytesHandle der_owner(der);
    if (!read) {
      const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
      ERR_clear_error();
      if (!at_end) return base::fail("PEM block " + std::to_string(block) + ": broken or cut short");
      if (keys.empty()) return base::fail("no PEM block (-----BEGIN PUBLIC KEY-----)");
      return keys;
    }
    auto key = read_block(label, der, size);
    if (!key) return tl::unexpected(key.error().at("PEM block " + std::to_string(block)));
    keys.push_back(std::move(*key));
  }
}

}  // namespace freshet::auth
