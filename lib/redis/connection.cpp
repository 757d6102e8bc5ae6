#include "redis/connection.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "uv/loop.h"

namespace freshet::redis {
namespace {

/// The last command of the login.
constexpr std::string_view kAskRole = "ROLE";
constexpr std::size_t kFirstBytes = 64;
constexpr std::size_t kKeptBuffer = std::size_t{1} << 20U;
/// Long enough for the loop to read what lay in the socket while the process itself was held up.
constexpr std::chrono::milliseconds kLastChance{1};
/// For reading what came before the connection broke.
constexpr std::chrono::milliseconds kLastWords{10};

std::string words(base::Duration duration) {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

}  // namespace

Connection::Connection(uv::Loop& loop, Options options, Owner& owner)
    : loop_(loop),
      options_(std::move(options)),
      owner_(owner),
      started_(loop.now()),
      reader_(options_.max_reply_bytes),
      turn_end_(loop, [this] { flush(); }) {
  connector_ = std::make_unique<uv::Connector>(loop_, options_.address, options_.connect_deadline,
                                               [this](base::Result<uv::Fd> fd) { on_dialed(std::move(fd)); });
}

Connection::~Connection() = default;

void Connection::on_dialed(base::Result<uv::Fd> fd) {
  const auto done = std::move(connector_);
  if (loss_) return;
  if (!fd) return close(fd.error().message);
  Wire::Handler& handler = *this;
  wire_ = std::make_unique<Wire>(loop_, std::move(*fd), options_.tls, options_.address.host, handler);
  if (wire_->is_open()) return log_in();
  deadline_ = loop_.after(std::max(due().at - loop_.now(), base::Duration::zero()), [this] {
    close("no TLS handshake within " + words(options_.connect_deadline) + " (does this port speak TLS?)");
  });
}

void Connection::on_open() {
  deadline_.reset();
  log_in();
}

void Connection::log_in() {
  const auto password = current_password(options_.login);
  if (!password) return close(password.error().message, Retry::kSlow);
  const auto ask = [this](std::string_view name, std::span<const std::string_view> arguments) {
    send(arguments, [this, name = std::string(name)](const base::Result<Reply>& reply) {
      if (reply) judge_login(name, reply->value());
    });
  };
  if (!options_.login.username.empty()) {
    ask("AUTH", std::initializer_list<std::string_view>{"AUTH", options_.login.username, *password});
  } else if (!password->empty()) {
    ask("AUTH", std::initializer_list<std::string_view>{"AUTH", *password});
  }
  const auto database = std::to_string(options_.database);
  if (options_.database != 0) {
    ask("SELECT " + database, std::initializer_list<std::string_view>{"SELECT", database});
  }
  ask("CLIENT SETNAME", std::initializer_list<std::string_view>{"CLIENT", "SETNAME", options_.client_name});
  ask(kAskRole, std::initializer_list<std::string_view>{kAskRole});
}

void Connection::judge_login(std::string_view command, Value answer) {
  const bool last = command == kAskRole;
  if (answer.is_error()) {
    const auto text = answer.describe();
    if (turns_away(text)) return close(text, Retry::kSlow);
    // A name is a courtesy, and so may the role be.
    const bool spared = command == "CLIENT SETNAME" || (last && !options_.must_tell_role);
    if (!spared) return close(std::string(command) + " refused: " + text, Retry::kSlow);
  } else if (last) {
    if (auto mismatch = role_mismatch(options_.role, answer); !mismatch.empty()) return close(std::move(mismatch));
  }
  if (!last) return;
  connected_ = true;
  owner_.on_connected();
}

void Connection::send(std::span<const std::string_view> arguments, Answer answer, Cut cut) {
  if (pending_.empty()) first_since_ = loop_.now();
  pending_.push_back({std::string(arguments.front()), loop_.now(), std::move(answer), cut});
  if (loss_) return;
  post(arguments);
  watch_deadline();
}

void Connection::send(std::initializer_list<std::string_view> arguments, Answer answer, Cut cut) {
  send(std::span(arguments.begin(), arguments.size()), std::move(answer), cut);
}

void Connection::post(std::span<const std::string_view> arguments) {
  if (loss_) return;
  const auto wanted = queued_bytes() + command_bytes(arguments);
  if (wanted > options_.max_queued_bytes) {
    return close(std::to_string(wanted) + " bytes wait to be sent: Redis does not read");
  }
  append_command(out_, arguments);
}

void Connection::flush() {
  if (!blocked_) write_out();
}

void Connection::write_out() {
  if (loss_ || !wire_ || out_.empty()) return;
  const auto written = wire_->write(std::string_view(out_).substr(sent_));
  if (!written) {
    // What Redis said before it hung up is the better reason, and lies in the socket still.
    blocked_ = true;
    broken_ = loop_.after(kLastWords, [this, why = written.error().message] { close("connection lost: " + why); });
    return;
  }
  sent_ += *written;
  const bool all = sent_ == out_.size();
  if (all && out_.capacity() > kKeptBuffer) {
    std::string().swap(out_);
    sent_ = 0;
  } else if (all || sent_ > out_.size() / 2) {
    out_.erase(0, sent_);
    sent_ = 0;
  }
  if (blocked_ == !all) return;
  blocked_ = !all;
  wire_->watch_writable(blocked_);
}

void Connection::on_data(std::string_view bytes) {
  last_heard_ = loop_.now();
  if (!replied_) first_bytes_.append(bytes.substr(0, kFirstBytes - std::min(kFirstBytes, first_bytes_.size())));
  owner_.on_batch_begin();
  for (; !loss_ && !bytes.empty(); bytes.remove_prefix(std::min(ReplyReader::kPieceBytes, bytes.size()))) {
    reader_.feed(bytes.substr(0, ReplyReader::kPieceBytes));
    take_replies();
  }
  owner_.on_batch_end();
}

void Connection::take_replies() {
  while (!loss_) {
    auto reply = reader_.take();
    if (!reply && !replied_) return close("does not speak RESP: " + base::printable(first_bytes_, kFirstBytes));
    if (!reply) return close("protocol error: " + base::printable(reply.error().message));
    if (!*reply) return;
    replied_ = true;
    const bool takes_cut = !pending_.empty() && pending_.front().cut == Cut::kTaken;
    if ((*reply)->cut() && !takes_cut) {
      return close("a reply of more than " + std::to_string(options_.max_reply_bytes) + " bytes");
    }
    if (pending_.empty()) {
      owner_.on_push((*reply)->value());
      continue;
    }
    const auto pending = std::move(pending_.front());
    pending_.pop_front();
    first_since_ = last_heard_;
    pending.answer(std::move(**reply));
  }
}

void Connection::on_closed(std::string_view why) {
  if (!why.empty()) {
    // A Redis that is spoken to without TLS at its port for TLS says nothing and resets the connection.
    const bool wants_tls = !replied_ && options_.tls == nullptr && options_.address.kind == uv::Address::Kind::kTcp;
    return close("connection lost: " + std::string(why) +
                 (wants_tls ? " before the first reply (a port for TLS takes a rediss:// URL)" : ""));
  }
  close(connected_ ? "Redis closed the connection" : "Redis closed the connection during the handshake");
}

void Connection::on_tls_failure(std::string_view why) { close("TLS: " + std::string(why), Retry::kSlow); }

Connection::Due Connection::due() const {
  if (!connected_) return {started_ + options_.connect_deadline, "no reply", options_.connect_deadline};
  const auto silent = std::max(pending_.front().sent, last_heard_) + options_.reply_deadline;
  const auto whole = first_since_ + options_.whole_reply_deadline;
  if (whole < silent) return {whole, "no whole reply", options_.whole_reply_deadline};
  return {silent, "no reply", options_.reply_deadline};
}

void Connection::watch_deadline() {
  if (deadline_ || pending_.empty()) return;
  deadline_ = loop_.after(std::max(due().at - loop_.now(), base::Duration::zero()), [this] { check_deadline(false); });
}

void Connection::check_deadline(bool last_chance) {
  const auto done = std::move(deadline_);
  if (loss_ || pending_.empty()) return;
  const auto [at, missing, limit] = due();
  if (at > loop_.now()) return watch_deadline();
  if (!last_chance) {
    deadline_ = loop_.after(kLastChance, [this] { check_deadline(true); });
    return;
  }
  close(std::string(missing) + " to " + pending_.front().command + " within " + words(limit));
}

void Connection::close(std::string reason, Retry retry) {
  if (loss_) return;
  loss_ = Loss{std::move(reason), retry};
  connector_.reset();
  wire_.reset();
  deadline_.reset();
  broken_.reset();
  end_ = loop_.after(base::Duration::zero(), [this] { finish(); });
}

void Connection::finish() {
  const auto pending = std::move(pending_);
  const auto loss = *loss_;
  owner_.on_down(loss);  // this may be gone from here on
  for (const auto& waiting : pending) waiting.answer(base::fail(loss.reason));
}

}  // namespace freshet::redis
