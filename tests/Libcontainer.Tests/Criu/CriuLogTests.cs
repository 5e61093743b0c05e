using Wharf.Libcontainer.Criu;

namespace Wharf.Libcontainer.Tests.Criu;

/// <summary>What of criu's log a user sees.</summary>
public sealed class CriuLogTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("wharf-criu-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Errors_are_quoted_with_what_led_to_them()
    {
        File.WriteAllLines(Path.Combine(folder, "dump.log"), [.. Enumerable.Range(1, 20).Select(number => number is 3 or 4 or 18 ? $"(00.{number}) Error (criu/x.c:{number}): no" : $"line {number}")]);
        var lines = new List<string>();
        var log = new CriuLog(folder, "dump.log");

        log.Quote(lines.Add);

        Assert.Equal(
            [
                $"--- Quoting \"{folder}/dump.log\"", "1:line 1", "2:line 2", "3:(00.3) Error (criu/x.c:3): no", "4:(00.4) Error (criu/x.c:4): no", "...",
                "13:line 13", "14:line 14", "15:line 15", "16:line 16", "17:line 17", "18:(00.18) Error (criu/x.c:18): no", "---",
            ],
            lines);
        Assert.Equal("no; no; no", log.LastErrors());
    }

    [Fact]
    public void A_log_that_is_not_there_is_a_warning()
    {
        var lines = new List<string>();
        var log = new CriuLog(folder, "none.log");

        log.Quote(lines.Add);

        Assert.Contains("none.log", Assert.Single(lines), StringComparison.Ordinal);
        Assert.Empty(log.LastErrors());
    }
}
