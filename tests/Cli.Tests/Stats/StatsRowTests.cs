using System.Text.Json;
using Wharf.Cli.Stats;
using Wharf.Cli.Templates;

namespace Wharf.Cli.Tests.Stats;

public sealed class StatsRowTests
{
    private const string Sample = """
        {"name":"/web","id":"0123456789abcdef","pids_stats":{"current":3},
         "cpu_stats":{"cpu_usage":{"total_usage":3000000000},"system_cpu_usage":20000000000,"online_cpus":4},
         "precpu_stats":{"cpu_usage":{"total_usage":2000000000},"system_cpu_usage":12000000000},
         "memory_stats":{"usage":20971520,"stats":{"total_inactive_file":10485760},"limit":104857600},
         "networks":{"eth0":{"rx_bytes":1000,"tx_bytes":2000},"eth1":{"rx_bytes":500,"tx_bytes":0}},
         "blkio_stats":{"io_service_bytes_recursive":[{"op":"Read","value":4096},{"op":"write","value":8192},{"op":"Total","value":12288}]}}
        """;

    [Theory]
    [InlineData("{{.ID}} {{.Name}} {{.Container}} {{.PIDs}}", "0123456789ab web asked 3")]
    [InlineData("{{.CPUPerc}}", "50.00%")]
    [InlineData("{{.MemUsage}} {{.MemPerc}}", "10MiB / 100MiB 10.00%")]
    [InlineData("{{.NetIO}} {{.BlockIO}}", "1.5kB / 2kB 4.1kB / 8.19kB")]
    public void Figures_are_dockers(string template, string expected) => Assert.Equal(expected, Render(Sample, template));

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"name\":\"/x\",\"memory_stats\":{},\"cpu_stats\":{},\"precpu_stats\":{},\"blkio_stats\":{\"io_service_bytes_recursive\":null}}")]
    public void Of_a_container_that_does_not_run_there_is_nothing(string stats) =>
        Assert.Equal("0.00% 0B / 0B 0.00% 0B / 0B 0B / 0B 0", Render(stats, "{{.CPUPerc}} {{.MemUsage}} {{.MemPerc}} {{.NetIO}} {{.BlockIO}} {{.PIDs}}"));

    [Fact]
    public void On_the_unified_hierarchy_the_idle_files_have_another_name()
    {
        JsonElement stats = JsonDocument.Parse("""{"memory_stats":{"usage":100,"stats":{"inactive_file":40}}}""").RootElement;

        Assert.Equal(60, StatsRow.Memory(stats));
    }

    private static string Render(string stats, string template) => Template.Parse(template).Render(StatsRow.Of("asked", JsonDocument.Parse(stats).RootElement, full: false));
}
