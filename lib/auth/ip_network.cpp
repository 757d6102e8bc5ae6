#include "auth/ip_network.h"

#include <algorithm>
#include <arpa/inet.h>

#include "base/text.h"

namespace freshet::auth {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned kMappedBits = 96;
constexpr unsigned kAllBits = 128;

using Bytes = std::array<std::uint8_t, 16>;

bool same_prefix(const Bytes& a, const Bytes& b, unsigned bits) {
  const auto whole = bits / 8;
  if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
  const auto rest = bits % 8;
  return rest == 0 || ((a[whole] ^ b[whole]) >> (8U - rest)) == 0;
}

bool is_zero_after(const Bytes& bytes, unsigned bits) {
  for (unsigned bit = bits; bit < kAllBits; ++bit) {
    if (((unsigned{bytes[bit / 8]} >> (7U - bit % 8)) & 1U) != 0) return false;
  }
  return true;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  IpAddress address;
  const bool has_colon = terminated.find(':') != std::string::npos;
  if (has_colon && inet_pton(AF_INET6, terminated.c_str(), address.bytes_.data()) == 1) return address;
  std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes_.begin());
  if (inet_pton(AF_INET, terminated.c_str(), address.bytes_.data() + kMappedPrefix.size()) == 1) return address;
  return std::nullopt;
}

bool IpAddress::is_v4() const { return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes_.begin()); }

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (is_v4()) {
    inet_ntop(AF_INET, bytes_.data() + kMappedPrefix.size(), out.data(), out.size());
  } else {
    inet_ntop(AF_INET6, bytes_.data(), out.data(), out.size());
  }
  return out.data();
}

IpAddress prefix64(const IpAddress& address) {
  if (address.is_v4()) return address;
  IpAddress network = address;
  std::fill(network.bytes_.begin() + 8, network.bytes_.end(), std::uint8_t{0});
  return network;
}

base::Result<IpNetwork> IpNetwork::parse(std::string_view text) {
  const auto wrong = [&](std::string_view what) {
    return base::fail("\"" + base::printable(text, 60) + "\" " + std::string(what));
  };
  const auto slash = text.find('/');
  const auto written = text.substr(0, slash);
  const auto address = IpAddress::parse(written);
  if (!address) return wrong("is no address or network (10.0.0.0/8, 2001:db8::/32)");
  const bool counts_32 = written.find(':') == std::string_view::npos;
  unsigned bits = kAllBits;
  if (slash != std::string_view::npos) {
    const auto length = base::parse_decimal(text.substr(slash + 1));
    if (!length || *length > (counts_32 ? 32U : kAllBits)) return wrong("has no valid prefix length");
    bits = static_cast<unsigned>(*length) + (counts_32 ? kMappedBits : 0U);
  }
  if (!is_zero_after(address->bytes(), bits)) return wrong("has bits beyond its prefix");
  return IpNetwork(*address, bits);
}

bool IpNetwork::contains(const IpAddress& address) const {
  // ::/0 and the like mean IPv6: without this they would hold every mapped IPv4 address.
  if (address.is_v4() && bits_ < kMappedBits) return false;
  return same_prefix(address_.bytes(), address.bytes(), bits_);
}

std::string IpNetwork::text() const {
  const bool is_v4 = address_.is_v4() && bits_ >= kMappedBits;
  return address_.text() + "/" + std::to_string(is_v4 ? bits_ - kMappedBits : bits_);
}

}  // namespace freshet::auth
