using System.Text;
using Wharf.Daemon.Logs;
using Wharf.Daemon.Stdio;

namespace Wharf.Daemon.Tests.Logs;

/// <summary>The log and its reader together: nothing is lost or told twice, however the files are cut.</summary>
public sealed class LogReaderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("wharf-test-").FullName;

    private string LogPath => Path.Combine(folder, "x-json.log");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Lines_come_in_order_through_all_files()
    {
        Write(capacity: 400, files: 50, Enumerable.Range(1, 60).Select(number => $"line {number}\n"));

        Assert.True(LogFiles.All(LogPath).Count > 5);
        Assert.Equal(Enumerable.Range(1, 60).Select(number => $"line {number}\n"), ReadAll(null));
    }

    [Fact]
    public void Old_files_go_when_there_are_too_many()
    {
        Write(capacity: 200, files: 3, Enumerable.Range(1, 60).Select(number => $"line {number}\n"));

        Assert.Equal([LogPath + ".2", LogPath + ".1", LogPath], LogFiles.All(LogPath));
        string[] kept = [.. ReadAll(null)];
        Assert.Equal(Enumerable.Range(61 - kept.Length, kept.Length).Select(number => $"line {number}\n"), kept);
    }

    [Fact]
    public void One_file_begins_anew_when_it_is_full()
    {
        Write(capacity: 300, files: 1, Enumerable.Range(1, 60).Select(number => $"line {number}\n"));

        Assert.Equal([LogPath], LogFiles.All(LogPath));
        Assert.Equal("line 60\n", ReadAll(null)[^1]);
    }

    [Fact]
    public void A_reader_goes_on_while_files_are_cut_under_it()
    {
        using var log = new JsonFileLog(LogPath, Path.Combine(folder, "position"), new LogOptions(150, 2, new Dictionary<string, string>()));
        using var reader = new LogReader(LogPath);
        var seen = new List<string>();
        for (int number = 1; number <= 40; number++)
        {
            log.Take(StreamKind.Output, Encoding.UTF8.GetBytes($"line {number}\n"));
            while (reader.Next() is { } line)
            {
                seen.Add(Text(line));
            }
        }

        Assert.Equal(Enumerable.Range(1, 40).Select(number => $"line {number}\n"), seen);
    }

    [Theory]
    [InlineData(0, 90)]
    [InlineData(1, 90)]
    [InlineData(17, 90)]
    [InlineData(30, 300)]
    [InlineData(30, 100_000)]
    public void The_last_lines_are_those_of_the_whole_log_for_every_number(int written, long capacity)
    {
        Write(capacity, 100, Enumerable.Range(1, written).Select(number => $"line {number} {new string('x', number * 7)}\n"));

        for (int asked = 0; asked < written + 5; asked++)
        {
            Assert.Equal(Enumerable.Range(1, written).TakeLast(asked), ReadAll(asked).Select(line => int.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)));
        }
    }

    [Fact]
    public void A_line_longer_than_a_block_is_whole()
    {
        string text = new('x', 200_000);
        File.WriteAllText(LogPath, text + "\nshort\n");
        using var reader = new LogReader(LogPath);
        reader.SkipToLast(2);

        Assert.Equal(text, Encoding.UTF8.GetString(reader.Next()!.Value.Span));
        Assert.Equal("short", Encoding.UTF8.GetString(reader.Next()!.Value.Span));
        Assert.Null(reader.Next());
    }

    [Fact]
    public void A_log_that_is_not_there_has_no_lines()
    {
        using var reader = new LogReader(LogPath);
        reader.SkipToLast(5);

        Assert.Null(reader.Next());
    }

    [Fact]
    public void Compressed_files_are_read_as_the_others_are_and_a_follower_misses_nothing()
    {
        using var log = new JsonFileLog(LogPath, Path.Combine(folder, "position"), new LogOptions(2000, 100, new Dictionary<string, string>()) { Compress = true });
        using var follower = new LogReader(LogPath);
        var followed = new List<string>();
        for (int number = 1; number <= 200; number++)
        {
            log.Take(StreamKind.Output, Encoding.UTF8.GetBytes($"line {number}\n"));
            if (number % 7 == 0)
            {
                Follow();
            }
        }

        // Its own time: until no more than the youngest of the old files is plain.
        Assert.True(SpinWait.SpinUntil(() => Directory.EnumerateFiles(folder).Count(file => char.IsAsciiDigit(file[^1])) <= 1 && !Directory.EnumerateFiles(folder, "*.compressing").Any(), TimeSpan.FromSeconds(30)));
        Follow();

        Assert.Equal(Enumerable.Range(1, 200).Select(number => $"line {number}\n"), followed);
        Assert.Equal(followed, ReadAll(null));
        Assert.Equal(followed.TakeLast(60), ReadAll(60));

        void Follow()
        {
            while (follower.Next() is { } line)
            {
                followed.Add(Text(line));
            }
        }
    }

    private static string Text(ReadOnlyMemory<byte> line) => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("log").GetString()!;

    private void Write(long capacity, int files, IEnumerable<string> lines)
    {
        using var log = new JsonFileLog(LogPath, Path.Combine(folder, "position"), new LogOptions(capacity, files, new Dictionary<string, string>()));

        // At once, as a busy container's output comes.
        log.Take(StreamKind.Output, Encoding.UTF8.GetBytes(string.Concat(lines)));
    }

    private List<string> ReadAll(int? last)
    {
        using var reader = new LogReader(LogPath);
        if (last is { } number)
        {
            reader.SkipToLast(number);
        }

        var lines = new List<string>();
        while (reader.Next() is { } line)
        {
            lines.Add(Text(line));
        }

        return lines;
    }
}
