#include "uv/lookups.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <memory>
#include <netdb.h>
#include <pthread.h>
#include <sys/socket.h>
#include <type_traits>
#include <utility>
#include <uv.h>
#include <vector>

#include "uv/errno_text.h"
#include "uv/fd.h"
#include "uv/loop.h"
#include "uv/make_handle.h"
#include "uv/resolver.h"

namespace freshet::uv {

namespace {

static_assert(std::is_trivially_copyable_v<Lookups::Answer>);

/// All that a thread has.
struct Question {
  std::string name;
  Fd answer_to;
};

Lookups::Answer look_up(const char* name) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  Lookups::Answer answer;
  answer.status = ::getaddrinfo(name, nullptr, &hints, &list);
  answer.error = errno;
  if (answer.status != 0) return answer;
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, &::freeaddrinfo);
  for (const auto* found = list; found != nullptr && answer.count < answer.addresses.size(); found = found->ai_next) {
    if (found->ai_family != AF_INET && found->ai_family != AF_INET6) continue;
    auto& address = answer.addresses[answer.count++];
    std::copy_n(reinterpret_cast<const char*>(found->ai_addr), found->ai_addrlen,
                reinterpret_cast<char*>(&address.storage));
    address.length = found->ai_addrlen;
  }
  return answer;
}

void* run(void* raw) {
  const std::unique_ptr<Question> question(static_cast<Question*>(raw));
  const auto answer = look_up(question->name.c_str());
  ::send(question->answer_to.get(), &answer, sizeof(answer), MSG_NOSIGNAL);
  return nullptr;
}

/// Signals are for the loop's thread. Returns errno.
int start_thread(std::unique_ptr<Question> question) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_attr_t detached;
  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  pthread_t thread{};
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int error = pthread_create(&thread, &detached, &run, question.get());
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&detached);
  if (error == 0) static_cast<void>(question.release());  // the thread's own
  return error;
}

}  // namespace

struct Lookups::Lookup {
  static void on_answer(uv_poll_t* handle, int /*status*/, int /*events*/) {
    if (auto* self = static_cast<Lookup*>(handle->data); self != nullptr) self->lookups.tell(*self);
  }
  /// Only while somebody waits does the loop.
  void keep_running() const {
    auto* handle = reinterpret_cast<uv_handle_t*>(poll.get());
    if (waiting.empty()) {
      uv_unref(handle);
    } else {
      uv_ref(handle);
    }
  }

  Lookups& lookups;
  std::string name;
  std::vector<Resolver*> waiting{};
  Fd answer_from{};
  Handle<uv_poll_s> poll{};
  bool answered = false;
};

Lookups::Lookups(Loop& loop) : loop_(loop) {}

Lookups::~Lookups() = default;

base::Result<void> Lookups::add(const std::string& name, Resolver& resolver) {
  const auto known = std::find_if(lookups_.begin(), lookups_.end(),
                                  [&](const Lookup& lookup) { return lookup.name == name && !lookup.answered; });
  auto lookup = known != lookups_.end() ? &*known : begin(name);
  if (!lookup) return tl::unexpected(lookup.error());
  (*lookup)->waiting.push_back(&resolver);
  (*lookup)->keep_running();
  return {};
}

void Lookups::remove(const Resolver& resolver) {
  for (auto& lookup : lookups_) {
    if (std::erase(lookup.waiting, &resolver) > 0 && !lookup.answered) lookup.keep_running();
  }
}

base::Result<Lookups::Lookup*> Lookups::begin(const std::string& name) {
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0) return base::fail(errno_text(errno));
  auto question = std::make_unique<Question>(Question{name, Fd(pair[1])});
  std::list<Lookup> made;
  auto& lookup = made.emplace_back(Lookup{.lookups = *this, .name = name});
  lookup.answer_from.reset(pair[0]);
  auto poll = make_poll(loop_, pair[0], &lookup);
  if (!poll) return tl::unexpected(poll.error());
  lookup.poll = std::move(*poll);
  if (const int error = start_thread(std::move(question)); error != 0) return base::fail(errno_text(error));
  must(uv_poll_start(lookup.poll.get(), UV_READABLE, &Lookup::on_answer), "lookup");
  lookups_.splice(lookups_.end(), made);
  return &lookup;
}

void Lookups::tell(Lookup& lookup) {
  Answer answer;
  if (::recv(lookup.answer_from.get(), &answer, sizeof(answer), 0) != sizeof(answer)) answer.status = EAI_FAIL;
  lookup.answered = true;
  lookup.poll.reset();
  while (!lookup.waiting.empty()) {
    auto* resolver = lookup.waiting.front();
    lookup.waiting.erase(lookup.waiting.begin());
    resolver->finish(answer);
  }
  lookups_.remove_if([&](const Lookup& other) { return &other == &lookup; });
}

}  // namespace freshet::uv
