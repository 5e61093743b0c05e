using System.Text;
using System.Text.Json;
using Wharf.Daemon.Images;

namespace Wharf.Daemon.Tests.Images;

public sealed class ProgressMessagesTests
{
    [Fact]
    public async Task Writes_one_object_a_line_in_order()
    {
        var output = new MemoryStream();
        await using (var messages = new ProgressMessages(output))
        {
            Assert.False(messages.HasStarted);
            messages.Status("Pulling from a/b", "latest");
            messages.Layer("0123456789ab", "Downloading", 5, 10);
            messages.Layer("0123456789ab", "Pull complete");
            messages.Error("no \"space\"");
            Assert.True(messages.HasStarted);
        }

        Assert.Equal(
            [
                "{\"status\":\"Pulling from a/b\",\"id\":\"latest\"}",
                "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":5,\"total\":10},\"id\":\"0123456789ab\"}",
                "{\"status\":\"Pull complete\",\"progressDetail\":{},\"id\":\"0123456789ab\"}",
                "{\"errorDetail\":{\"message\":\"no \\\"space\\\"\"},\"error\":\"no \\\"space\\\"\"}",
            ],
            Encoding.UTF8.GetString(output.ToArray()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Thins_bytes_but_tells_the_last()
    {
        var output = new MemoryStream();
        await using (var messages = new ProgressMessages(output))
        {
            for (int done = 1; done <= 100_000; done++)
            {
                messages.Layer("id", "Downloading", done, 100_000);
            }
        }

        string[] lines = Encoding.UTF8.GetString(output.ToArray()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(lines.Length, 2, 1000);
        Assert.Equal(100_000, JsonDocument.Parse(lines[^1]).RootElement.GetProperty("progressDetail").GetProperty("current").GetInt32());
    }
}
