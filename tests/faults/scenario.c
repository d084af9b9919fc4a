/* See scenario.h. The VMs are those of hvsim's own inventory. */
#include "scenario.h"

#include <string.h>

#include "base/size.h"

#define APP01 "0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001"
#define WEB01 "0A1B2C02-3D4E-4F50-8A6B-7C8D9E0F1002"
#define DB    "0A1B2C03-3D4E-4F50-8A6B-7C8D9E0F1003"
#define BUERO "0A1B2C04-3D4E-4F50-8A6B-7C8D9E0F1004"
#define TWIN  "0A1B2C05-3D4E-4F50-8A6B-7C8D9E0F1005"
#define LAB   "0A1B2C07-3D4E-4F50-8A6B-7C8D9E0F1007"
#define BUILD "0A1B2C08-3D4E-4F50-8A6B-7C8D9E0F1008"

#define APP01_DISK "C:\\Hyper-V\\app01\\app01.vhdx"

#define FROM_TO "--from", "hv01", "--to", "hv02"

const struct scenario scenarios[] = {
    /* ---- moves, by type ---- */
    { .name = "migrate-state", .argv = { "migrate", "web01", FROM_TO }, .outcome = "moved", .vm = WEB01 },
    { .name = "migrate-guid", .argv = { "migrate", WEB01, FROM_TO }, .outcome = "moved", .vm = WEB01 },
    { .name = "migrate-both", .argv = { "migrate", "app01", FROM_TO, "--include-storage" }, .outcome = "moved", .vm = APP01 },
    { .name = "migrate-placed",
      .argv = { "migrate", "app01", FROM_TO, "--storage", "D:\\Moved", "--disk", "app01.vhdx=D:\\Fast\\" },
      .outcome = "moved",
      .vm = APP01 },
    { .name = "migrate-unmanaged",
      .argv = { "migrate", "build farm", FROM_TO, "--include-storage", "--unmanaged",
                "C:\\Hyper-V\\build\\build.vhdx=D:\\Parents\\build.vhdx" },
      .outcome = "moved",
      .vm = BUILD },
    { .name = "migrate-tuned",
      .argv = { "migrate", "web01", FROM_TO, "--compress", "yes", "--network", "127.0.0.0/8" },
      .outcome = "moved",
      .vm = WEB01 },
    { .name = "migrate-preflight", .argv = { "migrate", "web01", FROM_TO, "--preflight" }, .outcome = "moved", .vm = WEB01 },
    { .name = "migrate-detach", .argv = { "migrate", "web01", FROM_TO, "--detach" }, .outcome = "running", .vm = WEB01 },
    { .name = "storage",
      .argv = { "move-storage", "app01", "-H", "hv01", "--to-path", "D:\\New" },
      .outcome = "moved",
      .vm = APP01,
      .disk = APP01_DISK },
    { .name = "storage-disk",
      .argv = { "move-storage", APP01, "-H", "hv01", "--disk", "app01.vhdx=D:\\Fast\\" },
      .outcome = "moved",
      .vm = APP01,
      .disk = APP01_DISK },
    { .name = "sample", .argv = { "sample", "vm-and-storage-simple", "hv01", "hv02", "app01" }, .outcome = "moved", .vm = APP01 },

    /* ---- moves that do not go well by themselves ---- */
    { .name = "job-fails",
      .argv = { "migrate", "app01", FROM_TO, "--include-storage" },
      .arms = { "job-fails=0x80070005" },
      .exit = 8,
      .outcome = "not_moved",
      .vm = APP01 },
    { .name = "job-leaves",
      .argv = { "migrate", "app01", FROM_TO, "--include-storage" },
      .arms = { "job-fails", "leftovers" },
      .exit = 8,
      .outcome = "not_moved",
      .vm = APP01,
      .leaves_rubbish = true },
    { .name = "job-warns", .argv = { "migrate", "web01", FROM_TO }, .arms = { "job-warns" }, .outcome = "moved", .vm = WEB01 },
    { .name = "job-vanishes",
      .argv = { "migrate", "web01", FROM_TO },
      .arms = { "job-vanishes" },
      .outcome = "moved",
      .vm = WEB01 },
    { .name = "job-vanishes-fails",
      .argv = { "migrate", "web01", FROM_TO },
      .arms = { "job-vanishes=0x80070005" },
      .exit = 1,
      .outcome = "not_moved",
      .vm = WEB01 },
    { .name = "refused",
      .argv = { "migrate", "web01", FROM_TO },
      .arms = { "return=32775,action=MigrateVirtualSystemToHost" },
      .exit = 10,
      .outcome = "not_moved",
      .vm = WEB01 },
    { .name = "doubtful",
      .argv = { "migrate", "web01", FROM_TO },
      .arms = { "return=32771,action=MigrateVirtualSystemToHost" },
      .exit = 1,
      .outcome = "not_moved",
      .vm = WEB01 },
    { .name = "storage-fails",
      .argv = { "move-storage", "app01", "-H", "hv01", "--to-path", "D:\\New" },
      .arms = { "job-fails=0x80070070" },
      .exit = 1,
      .outcome = "not_moved",
      .vm = APP01,
      .disk = APP01_DISK },
    { .name = "storage-vanishes",
      .argv = { "move-storage", "app01", "-H", "hv01", "--to-path", "D:\\New" },
      .arms = { "job-vanishes" },
      .outcome = "moved",
      .vm = APP01,
      .disk = APP01_DISK },
    { .name = "twin", .argv = { "migrate", "twin", FROM_TO, "--include-storage" }, .exit = 9, .outcome = "none", .vm = TWIN },

    /* ---- what follows ---- */
    { .name = "follow",
      .setup = { "migrate", "web01", FROM_TO, "--detach" },
      .argv = { "job", "follow", "--last" },
      .outcome = "moved",
      .vm = WEB01 },
    { .name = "follow-fails",
      .setup = { "migrate", "app01", FROM_TO, "--include-storage", "--detach" },
      .argv = { "job", "follow", "--last" },
      .arms = { "job-fails=0x80070005" },
      .exit = 8,
      .outcome = "not_moved",
      .vm = APP01 },
    { .name = "follow-storage",
      .setup = { "move-storage", "app01", "-H", "hv01", "--to-path", "D:\\New", "--detach" },
      .argv = { "job", "follow", "--last" },
      .outcome = "job_completed",
      .vm = APP01,
      .disk = APP01_DISK },

    /* ---- what only asks ---- */
    { .name = "check", .family = FAMILY_CHECK, .argv = { "check", "web01", FROM_TO }, .outcome = "migratable", .vm = WEB01 },
    { .name = "check-both",
      .family = FAMILY_CHECK,
      .argv = { "check", "app01", FROM_TO, "--include-storage", "--preflight" },
      .outcome = "migratable",
      .vm = APP01 },
    { .name = "check-no",
      .family = FAMILY_CHECK,
      .argv = { "check", "old lab", FROM_TO, "--include-storage" },
      .exit = 3,
      .outcome = "not_migratable",
      .vm = LAB },
    { .name = "dry-run",
      .family = FAMILY_CHECK,
      .argv = { "migrate", "app01", FROM_TO, "--include-storage", "--dry-run" },
      .outcome = "migratable",
      .vm = APP01 },
    { .name = "vm-list", .family = FAMILY_READ, .argv = { "vm", "list", "-H", "hv01,hv02" } },
    { .name = "vm-show", .family = FAMILY_READ, .argv = { "vm", "show", "app01", "-H", "hv01" } },
    { .name = "host-show", .family = FAMILY_READ, .argv = { "host", "show", "-H", "hv01" } },
    { .name = "host-diff", .family = FAMILY_READ, .argv = { "host", "diff", "hv01", "hv02" } },
    { .name = "network-list", .family = FAMILY_READ, .argv = { "host", "network", "list", "-H", "hv01" } },
    { .name = "job-list", .family = FAMILY_READ, .argv = { "job", "list", "-H", "hv01,hv02" } },
    { .name = "wsman-identify", .family = FAMILY_READ, .argv = { "wsman", "identify", "-H", "hv01" } },
    { .name = "wsman-enumerate",
      .family = FAMILY_READ,
      .argv = { "wsman", "enumerate", "Msvm_StorageAllocationSettingData", "-H", "hv01" } },
    { .name = "wsman-class", .family = FAMILY_READ, .argv = { "wsman", "class", "Msvm_MigrationJob", "-H", "hv01" } },

    /* ---- what changes a VM ---- */
    { .name = "vm-start", .family = FAMILY_CHANGE, .argv = { "vm", "start", BUERO, "-H", "hv01" }, .vm = BUERO, .state = 2 },
    { .name = "vm-stop",
      .family = FAMILY_CHANGE,
      .argv = { "vm", "stop", "web01", "-H", "hv01", "--yes" },
      .vm = WEB01,
      .state = 3 },
    { .name = "vm-save", .family = FAMILY_CHANGE, .argv = { "vm", "save", "web01", "-H", "hv01" }, .vm = WEB01, .state = 6 },
};
const size_t n_scenarios = HV_ARRAY_SIZE(scenarios);

const struct scenario *scenario_find(const char *name) {
    for (size_t i = 0; i < n_scenarios; i++) {
        if (strcmp(scenarios[i].name, name) == 0)
            return &scenarios[i];
    }
    return NULL;
}
