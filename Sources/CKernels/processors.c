#if defined(__linux__)
#define _GNU_SOURCE
#include <sched.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ood_workers.h"

enum { longest_path = 4096 };

/// The first two numbers of a file, -1 for "max" and for what is missing; 0 when it can't be read.
static int read_numbers(const char *directory, const char *name, long long numbers[2]) {
  char path[longest_path + 64], text[128];
  if (snprintf(path, sizeof path, "%s/%s", directory, name) >= (int)sizeof path) return 0;
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  const char *line = fgets(text, sizeof text, file);
  fclose(file);
  if (!line) return 0;
  char *rest = text;
  for (int i = 0; i < 2; i++) {
    while (*rest == ' ') rest++;
    char *end = rest;
    const long long number = strtoll(rest, &end, 10);
    numbers[i] = end == rest ? -1 : number;
    // "max" is skipped like a number.
    rest = end == rest ? rest + strcspn(rest, " \n") : end;
  }
  return 1;
}

/// Processors' worth of `quota` in each `period`, rounded up; 0 for no quota.
static int processors_of(long long quota, long long period) {
  if (quota <= 0 || period <= 0) return 0;
  const long long count = (quota + period - 1) / period;
  return count > 1 << 20 ? 0 : (int)count;
}

static int smaller(int a, int b) { return a == 0 ? b : b == 0 ? a : a < b ? a : b; }

/// The least quota of a control group and those around it: of the directory `root` `path`, its parent, …, `root`.
static int least_quota(const char *root, const char *path) {
  char directory[longest_path];
  if (snprintf(directory, sizeof directory, "%s%s", root, path) >= (int)sizeof directory) return 0;
  int least = 0;
  for (;;) {
    size_t length = strlen(directory);
    while (length > strlen(root) && directory[length - 1] == '/') directory[--length] = 0;
    long long numbers[2], period[2];
    if (read_numbers(directory, "cpu.max", numbers)) {
      least = smaller(least, processors_of(numbers[0], numbers[1]));
    } else if (read_numbers(directory, "cpu.cfs_quota_us", numbers) &&
               read_numbers(directory, "cpu.cfs_period_us", period)) {
      least = smaller(least, processors_of(numbers[0], period[0]));
    }
    char *end = strrchr(directory, '/');
    if (!end || length <= strlen(root) || (size_t)(end - directory) < strlen(root)) return least;
    *end = 0;
  }
}

int ood_quota_processors(const char *groups, const char *root) {
  FILE *file = fopen(groups, "r");
  if (!file) return 0;
  char line[longest_path], directory[longest_path];
  int least = 0;
  // hierarchy:controllers:path
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = 0;
    char *controllers = strchr(line, ':');
    char *path = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!path) continue;
    *path++ = 0;
    controllers++;
    // In a container the path may be one that is not seen from inside: then the root stands for it.
    if (*controllers == 0) {
      least = smaller(least, smaller(least_quota(root, path), least_quota(root, "")));
      continue;
    }
    int has_cpu = 0;
    for (const char *name = controllers; name; name = strchr(name, ',') ? strchr(name, ',') + 1 : NULL) {
      if (strncmp(name, "cpu", 3) == 0 && (name[3] == 0 || name[3] == ',')) has_cpu = 1;
    }
    if (!has_cpu) continue;
    const char *mounts[] = {controllers, "cpu", "cpu,cpuacct"};
    for (int i = 0; i < 3; i++) {
      if (snprintf(directory, sizeof directory, "%s/%s", root, mounts[i]) >= (int)sizeof directory) continue;
      least = smaller(least, smaller(least_quota(directory, path), least_quota(directory, "")));
    }
  }
  fclose(file);
  return least;
}

static int allowed_processors(void) {
#if defined(__linux__)
  // A mask of the kernel's size: more than 1,024 processors don't fit the fixed one.
  for (int size = 1024; size <= 1 << 20; size *= 2) {
    cpu_set_t *set = CPU_ALLOC((size_t)size);
    if (!set) break;
    const size_t bytes = CPU_ALLOC_SIZE((size_t)size);
    const int count = sched_getaffinity(0, bytes, set) == 0 ? CPU_COUNT_S(bytes, set) : 0;
    CPU_FREE(set);
    if (count > 0) return count;
  }
#endif
  const long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count < 1 ? 1 : (int)count;
}

int ood_usable_processors(void) {
  return smaller(allowed_processors(), ood_quota_processors("/proc/self/cgroup", "/sys/fs/cgroup"));
}
