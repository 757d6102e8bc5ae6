#include "uv/worker.h"

#include <utility>
#include <uv.h>

#include "uv/loop.h"
#include "uv/make_handle.h"

namespace freshet::uv {

struct Worker::Job {
  uv_work_t request{};
  Work work;
  Done done;
  std::atomic<bool> cancelled{false};
  base::Result<std::string> result = base::fail("the work did not run");
  Worker* owner = nullptr;

  static void run(uv_work_t* request) {
    auto* job = static_cast<Job*>(request->data);
    if (!job->cancelled) job->result = job->work(job->cancelled);
  }
  static void finish(uv_work_t* request, int /*status*/) {
    const std::unique_ptr<Job> job(static_cast<Job*>(request->data));
    if (job->owner == nullptr) return;
    job->owner->job_ = nullptr;
    job->done(std::move(job->result));
  }
};

Worker::Worker(Loop& loop, Work work, Done done) {
  auto job = std::make_unique<Job>();
  job->work = std::move(work);
  job->done = std::move(done);
  job->owner = this;
  job->request.data = job.get();
  must(uv_queue_work(loop.raw(), &job->request, &Job::run, &Job::finish), "queue work");
  job_ = job.release();
}

Worker::~Worker() {
  if (job_ == nullptr) return;
  job_->owner = nullptr;
  job_->cancelled = true;
}

}  // namespace freshet::uv
