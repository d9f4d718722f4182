#include "lb/targets/sticky_cookie.hpp"

#include <openssl/evp.h>

#include <cstring>
#include <exception>
#include <span>

namespace cutover::lb::targets {

namespace {

// nonce (12) · encrypted (68) · tag (16) = 96 bytes = 128 base64 characters without padding.
// encrypted: kind (1) · group (4) · target (4) · expires (8), big-endian, then zeros.
constexpr std::size_t nonce_size = 12;
constexpr std::size_t plain_size = 68;
constexpr std::size_t tag_size = 16;
constexpr std::size_t raw_size = nonce_size + plain_size + tag_size;
static_assert(raw_size % 3 == 0 && raw_size / 3 * 4 == sealed_size);

using Raw = std::array<unsigned char, raw_size>;
using Plain = std::array<unsigned char, plain_size>;

/// OpenSSL, given valid arguments, fails for want of memory alone: nothing here could go on.
void must(int succeeded) {
  if (succeeded != 1) std::terminate();
}

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr unsigned char no_value = 255;

constexpr std::array<unsigned char, 256> make_values() {
  std::array<unsigned char, 256> values{};
  for (auto& value : values) value = no_value;
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<unsigned char>(i);
  }
  return values;
}
constexpr auto values = make_values();

SealedText encode(const Raw& raw) {
  SealedText text;
  for (std::size_t in = 0, out = 0; in < raw.size(); in += 3, out += 4) {
    const std::uint32_t bits = static_cast<std::uint32_t>(raw[in] << 16 | raw[in + 1] << 8) |
                               static_cast<std::uint32_t>(raw[in + 2]);
    for (std::size_t i = 0; i < 4; ++i) text[out + i] = alphabet[bits >> (18 - 6 * i) & 63];
  }
  return text;
}

bool decode(std::string_view text, Raw& raw) {
  if (text.size() != sealed_size) return false;
  for (std::size_t in = 0, out = 0; in < text.size(); in += 4, out += 3) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const std::uint32_t value = values[static_cast<unsigned char>(text[in + i])];
      if (value == no_value) return false;
      bits = bits << 6 | value;
    }
    for (std::size_t i = 0; i < 3; ++i) {
      raw[out + i] = static_cast<unsigned char>(bits >> (16 - 8 * i) & 255);
    }
  }
  return true;
}

void put(std::span<unsigned char> at, std::uint64_t value) {
  for (std::size_t i = at.size(); i-- > 0; value >>= 8) {
    at[i] = static_cast<unsigned char>(value & 255);
  }
}

std::uint64_t get(std::span<const unsigned char> at) {
  std::uint64_t value = 0;
  for (const unsigned char byte : at) value = value << 8 | byte;
  return value;
}

Plain written(const Sticky& sticky) {
  Plain plain{};
  const std::span<unsigned char> bytes(plain);
  plain[0] = static_cast<unsigned char>(sticky.kind);
  put(bytes.subspan(1, 4), sticky.group);
  put(bytes.subspan(5, 4), sticky.target);
  put(bytes.subspan(9, 8), static_cast<std::uint64_t>(sticky.expires.time_since_epoch().count()));
  return plain;
}

/// What an authentic value says; nothing else than written() makes one.
Sticky read(const Plain& plain) {
  const std::span<const unsigned char> bytes(plain);
  Sticky sticky;
  sticky.kind = static_cast<Sticky::Kind>(plain[0]);
  sticky.group = static_cast<std::uint32_t>(get(bytes.subspan(1, 4)));
  sticky.target = static_cast<std::uint32_t>(get(bytes.subspan(5, 4)));
  sticky.expires = std::chrono::sys_seconds(
      std::chrono::seconds(static_cast<std::int64_t>(get(bytes.subspan(9, 8)))));
  return sticky;
}

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

Context make_context(const CookieKey& key, bool sealing) {
  Context context(EVP_CIPHER_CTX_new());
  if (!context) std::terminate();
  must(EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), nullptr,
                         sealing ? 1 : 0));
  return context;
}

}  // namespace

struct CookieSealer::Contexts {
  Context sealing;
  Context opening;
};

CookieSealer::CookieSealer(const CookieKey& key)
    : contexts_(
          std::make_unique<Contexts>(Contexts{make_context(key, true), make_context(key, false)})) {
}
CookieSealer::~CookieSealer() = default;
CookieSealer::CookieSealer(CookieSealer&&) noexcept = default;
CookieSealer& CookieSealer::operator=(CookieSealer&&) noexcept = default;

SealedText CookieSealer::seal(const Sticky& sticky, Random& random) {
  Raw raw;
  const std::span<unsigned char> bytes(raw);
  put(bytes.first(8), random());
  put(bytes.subspan(8, nonce_size - 8), random());
  const Plain plain = written(sticky);

  EVP_CIPHER_CTX* context = contexts_->sealing.get();
  int size = 0;
  must(EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr, raw.data()));
  must(EVP_EncryptUpdate(context, raw.data() + nonce_size, &size, plain.data(), plain_size));
  must(EVP_EncryptFinal_ex(context, raw.data() + nonce_size + size, &size));
  must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, tag_size,
                           raw.data() + nonce_size + plain_size));
  return encode(raw);
}

std::optional<Sticky> CookieSealer::open(std::string_view text) {
  Raw raw;
  if (!decode(text, raw)) return std::nullopt;
  Plain plain;
  EVP_CIPHER_CTX* context = contexts_->opening.get();
  int size = 0;
  must(EVP_DecryptInit_ex(context, nullptr, nullptr, nullptr, raw.data()));
  must(EVP_DecryptUpdate(context, plain.data(), &size, raw.data() + nonce_size, plain_size));
  must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, tag_size,
                           raw.data() + nonce_size + plain_size));
  if (EVP_DecryptFinal_ex(context, plain.data() + size, &size) != 1) return std::nullopt;
  return read(plain);
}

std::optional<Sticky> CookieSealer::honoured(std::string_view text, Sticky::Kind kind,
                                             WallTime now) {
  const auto sticky = open(text);
  if (!sticky || sticky->kind != kind || now >= sticky->expires) return std::nullopt;
  return sticky;
}

}  // namespace cutover::lb::targets
