#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/error.h"

struct ssl_ctx_st;

namespace freshet::tls {

/// How a client speaks TLS with one kind of server: whom it believes and who it is. At least TLS 1.2.
///
/// Owned by whoever read the configuration. Sessions keep what they were made with: a context may be replaced by
/// assigning another one at any time, which counts for later sessions and leaves those that stand alone.
class Context {
 public:
  struct Options {
    /// PEM: the authorities whose certificates are believed; empty: those that the system trusts.
    std::string ca_file;
    /// PEM: the client's certificate, followed by those between it and the authority; empty: none.
    std::string cert_file;
    /// PEM, not encrypted: the key of that certificate. Given exactly when `cert_file` is.
    std::string key_file;
    /// What the server's certificate must be made out to, a name or an IP address; empty: the host that a session is
    /// for.
    std::string server_name;
    /// False: any certificate of any server will do.
    bool verify = true;
    /// What errors put in front of the names of these options: `backplane.redis.tls.`.
    std::string key_prefix;
  };

  /// Reads the files. Reports everything that is wrong with them, as `ca_file: /x: No such file or directory`, and
  /// nothing of what they hold.
  static tl::expected<Context, std::vector<base::Error>> load(const Options& options);

  [[nodiscard]] const std::string& server_name() const { return server_name_; }
  [[nodiscard]] bool verifies() const { return verify_; }
  [[nodiscard]] ssl_ctx_st* raw() const { return raw_.get(); }

 private:
  struct Free {
    void operator()(ssl_ctx_st* raw) const;
  };
  using Handle = std::unique_ptr<ssl_ctx_st, Free>;

  Context(Handle raw, const Options& options);

  Handle raw_;
  std::string server_name_;
  bool verify_;
};

}  // namespace freshet::tls
