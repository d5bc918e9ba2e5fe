/* Loaded in front of the C library (LD_PRELOAD) by tests/ledger_faults.rs: counts the calls by which a process changes files,
 * and at the one asked for kills the process, cuts the power, or lets the call fail. The program itself knows nothing of it.
 *
 * FAULT_AT=n FAULT=kill|power|enospc|full|eio|eintr|short   the fault at the n-th call; FAULT_AT2, FAULT2: a second one
 * FAULT_COUNT=file      where the number of calls is written when the process ends
 * FAULT_CLOCK=seconds   the time of day stands still there, and no time passes
 *
 * enospc, eio, eintr: that one call fails. full: it and every later call that needs space fail. short: half is written.
 * power: what was written to a file since its last fsync is undone, then the process is killed. Names are not undone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { NONE, KILL, POWER, ENOSPC_ONCE, FULL, EIO_ONCE, EINTR_ONCE, SHORT };
enum { NEEDS_SPACE = 1, CAN_BE_SHORT = 2 };

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static long count, at[2];
static int fault[2], watches_power, is_full, has_clock;
static long clock_seconds;
static const char *count_file;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int fault_named(const char *name) {
    static const char *const names[] = {"none", "kill", "power", "enospc", "full", "eio", "eintr", "short"};
    for (int i = 0; name && i < 8; i++)
        if (!strcmp(name, names[i])) return i;
    return NONE;
}

__attribute__((constructor)) static void begin(void) {
    const char *text;
    if ((text = getenv("FAULT_AT"))) at[0] = atol(text);
    if ((text = getenv("FAULT_AT2"))) at[1] = atol(text);
    fault[0] = fault_named(getenv("FAULT"));
    fault[1] = fault_named(getenv("FAULT2"));
    watches_power = fault[0] == POWER || fault[1] == POWER;
    count_file = getenv("FAULT_COUNT");
    if ((text = getenv("FAULT_CLOCK"))) has_clock = 1, clock_seconds = atol(text);
}

__attribute__((destructor)) static void end(void) {
    if (!count_file) return;
    char text[32];
    int length = snprintf(text, sizeof text, "%ld\n", count);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, count_file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd >= 0 && syscall(SYS_write, fd, text, length) != length) abort();
}

/* ---- What is lost with the power ---- */

struct undo { int file; off_t place; size_t length; off_t size; char *bytes; struct undo *before; };
static struct undo *undone;
static struct { dev_t device; ino_t number; int handle; } files[4096];
static int file_count;

static int file_of(int fd) {
    struct stat found;
    if (fstat(fd, &found) || !S_ISREG(found.st_mode)) return -1;
    for (int i = 0; i < file_count; i++)
        if (files[i].device == found.st_dev && files[i].number == found.st_ino) return i;
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int handle = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
    if (handle < 0 || file_count == 4096) return -1;
    files[file_count].device = found.st_dev;
    files[file_count].number = found.st_ino;
    files[file_count].handle = handle;
    return file_count++;
}

/* Remembers what stands at a place and how long the file is, before it changes. */
static void remember(int fd, off_t place, size_t length) {
    struct stat found;
    int file = file_of(fd);
    if (file < 0 || fstat(fd, &found)) return;
    struct undo *undo = calloc(1, sizeof *undo);
    undo->file = file, undo->place = place, undo->size = found.st_size, undo->before = undone;
    if (place < found.st_size) {
        undo->length = found.st_size - place < (off_t)length ? (size_t)(found.st_size - place) : length;
        undo->bytes = malloc(undo->length);
        ssize_t got = syscall(SYS_pread64, files[file].handle, undo->bytes, undo->length, place);
        if (got < 0) undo->length = 0;
    }
    undone = undo;
}

static void synced(int fd) {
    int file = file_of(fd);
    for (struct undo **link = &undone; *link;)
        if ((*link)->file == file) *link = (*link)->before;
        else link = &(*link)->before;
}

static void cut_power(void) {
    for (struct undo *undo = undone; undo; undo = undo->before) {
        int handle = files[undo->file].handle;
        if (undo->length) syscall(SYS_pwrite64, handle, undo->bytes, undo->length, undo->place);
        syscall(SYS_ftruncate, handle, undo->size);
    }
}

/* ---- The fault ---- */

/* 0: the call goes on; -1: it fails with errno; 1: half of it is written. The lock is held. */
static int strike(int kind) {
    count++;
    for (int i = 0; i < 2; i++) {
        if (at[i] != count) continue;
        switch (fault[i]) {
        case POWER: cut_power(); /* fall through */
        case KILL: syscall(SYS_kill, getpid(), SIGKILL); for (;;) pause();
        case FULL: is_full = 1; break;
        case ENOSPC_ONCE: errno = ENOSPC; return -1;
        case EIO_ONCE: errno = EIO; return -1;
        case EINTR_ONCE: errno = EINTR; return -1;
        case SHORT: if (kind & CAN_BE_SHORT) return 1;
        }
    }
    if (is_full && (kind & NEEDS_SPACE)) { errno = ENOSPC; return -1; }
    return 0;
}

#define CHANGE(type, kind, call)                                                                                               \
    do {                                                                                                                       \
        pthread_mutex_lock(&lock);                                                                                             \
        type result = strike(kind) < 0 ? (type)-1 : (call);                                                                    \
        int error = errno;                                                                                                     \
        pthread_mutex_unlock(&lock);                                                                                           \
        errno = error;                                                                                                         \
        return result;                                                                                                         \
    } while (0)

static ssize_t change_bytes(int fd, const void *bytes, size_t length, off_t place, int is_placed) {
    pthread_mutex_lock(&lock);
    ssize_t result = -1;
    int struck = strike(NEEDS_SPACE | CAN_BE_SHORT);
    if (struck >= 0) {
        if (struck && length > 1) length /= 2;
        if (watches_power) {
            int flags = fcntl(fd, F_GETFL);
            off_t from = is_placed ? place : flags & O_APPEND ? lseek(fd, 0, SEEK_END) : lseek(fd, 0, SEEK_CUR);
            if (from >= 0) remember(fd, from, length);
        }
        result = is_placed ? syscall(SYS_pwrite64, fd, bytes, length, place) : syscall(SYS_write, fd, bytes, length);
    }
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

/* What is said to the terminal is no file. */
ssize_t write(int fd, const void *bytes, size_t length) {
    return fd <= 2 ? syscall(SYS_write, fd, bytes, length) : change_bytes(fd, bytes, length, 0, 0);
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t place) { return change_bytes(fd, bytes, length, place, 1); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t place) { return change_bytes(fd, bytes, length, place, 1); }
ssize_t writev(int fd, const struct iovec *parts, int many) {
    if (fd <= 2) return syscall(SYS_writev, fd, parts, many);
    return many ? change_bytes(fd, parts[0].iov_base, parts[0].iov_len, 0, 0) : 0;
}
/* The caller then copies by reading and writing, where each step can be struck. */
ssize_t copy_file_range(int in, off_t *from, int out, off_t *to, size_t length, unsigned flags) {
    (void)in, (void)from, (void)out, (void)to, (void)length, (void)flags;
    errno = ENOSYS;
    return -1;
}
ssize_t sendfile(int out, int in, off_t *from, size_t length) {
    (void)out, (void)in, (void)from, (void)length;
    errno = ENOSYS;
    return -1;
}
ssize_t sendfile64(int out, int in, off_t *from, size_t length) { return sendfile(out, in, from, length); }

static int sync_file(int fd, long call) {
    pthread_mutex_lock(&lock);
    int result = strike(0) < 0 ? -1 : (int)syscall(call, fd);
    if (!result && watches_power) synced(fd);
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}
int fsync(int fd) { return sync_file(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_file(fd, SYS_fdatasync); }

static int cut(int fd, off_t length) {
    struct stat found;
    if (watches_power && !fstat(fd, &found)) remember(fd, length, found.st_size > length ? found.st_size - length : 0);
    return (int)syscall(SYS_ftruncate, fd, length);
}
int ftruncate(int fd, off_t length) { CHANGE(int, NEEDS_SPACE, cut(fd, length)); }
int ftruncate64(int fd, off_t length) { CHANGE(int, NEEDS_SPACE, cut(fd, length)); }

static int opened(int folder, const char *path, int flags, mode_t mode) {
    if (!(flags & (O_CREAT | O_TRUNC)) || !strncmp(path, "/dev/", 5))
        return (int)syscall(SYS_openat, folder, path, flags, mode);
    CHANGE(int, NEEDS_SPACE, (int)syscall(SYS_openat, folder, path, flags, mode));
}
#define MODE(last)                                                                                                             \
    mode_t mode = 0;                                                                                                           \
    if (flags & (O_CREAT | __O_TMPFILE)) {                                                                                     \
        va_list rest;                                                                                                          \
        va_start(rest, last);                                                                                                  \
        mode = va_arg(rest, mode_t);                                                                                           \
        va_end(rest);                                                                                                          \
    }
int open(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags) return opened(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags) return opened(folder, path, flags, mode); }

int rename(const char *from, const char *to) { CHANGE(int, NEEDS_SPACE, (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0)); }
int renameat(int a, const char *from, int b, const char *to) { CHANGE(int, NEEDS_SPACE, (int)syscall(SYS_renameat2, a, from, b, to, 0)); }
int renameat2(int a, const char *from, int b, const char *to, unsigned flags) {
    CHANGE(int, NEEDS_SPACE, (int)syscall(SYS_renameat2, a, from, b, to, flags));
}
int link(const char *from, const char *to) { CHANGE(int, NEEDS_SPACE, (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0)); }
int linkat(int a, const char *from, int b, const char *to, int flags) {
    CHANGE(int, NEEDS_SPACE, (int)syscall(SYS_linkat, a, from, b, to, flags));
}
int unlink(const char *path) { CHANGE(int, 0, (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0)); }
int unlinkat(int folder, const char *path, int flags) { CHANGE(int, 0, (int)syscall(SYS_unlinkat, folder, path, flags)); }
int rmdir(const char *path) { CHANGE(int, 0, (int)syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR)); }
int mkdir(const char *path, mode_t mode) { CHANGE(int, NEEDS_SPACE, (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode)); }
int mkdirat(int folder, const char *path, mode_t mode) { CHANGE(int, NEEDS_SPACE, (int)syscall(SYS_mkdirat, folder, path, mode)); }

/* ---- The clock ---- */

int clock_gettime(clockid_t clock, struct timespec *now) {
    if (has_clock && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        now->tv_sec = clock_seconds, now->tv_nsec = 0;
        return 0;
    }
    /* So does what is measured; a wait until some time ends at once. */
    if (has_clock && clock == CLOCK_MONOTONIC) {
        now->tv_sec = 1, now->tv_nsec = 0;
        return 0;
    }
    return (int)syscall(SYS_clock_gettime, clock, now);
}
time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}
int gettimeofday(struct timeval *now, void *zone) {
    struct timespec at_now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &at_now);
    now->tv_sec = at_now.tv_sec, now->tv_usec = at_now.tv_nsec / 1000;
    return 0;
}
