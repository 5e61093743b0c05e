using System.Text;
using Wharf.Harness;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;
using Wharf.Oci.References;

namespace Wharf.Registry.Tests;

/// <summary>Sending to a registry that takes pieces, loses some, and may have the blob elsewhere.</summary>
public sealed class PushTests : IDisposable
{
    private static readonly byte[] Content = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 10_000).Select(number => $"{number} ")));
    private readonly ScriptedRegistry _registry = new();
    private readonly StringBuilder _taken = new();
    private readonly RegistryClient _client = new(new RegistryOptions { RetryDelay = TimeSpan.FromMilliseconds(1), LongestRetryDelay = TimeSpan.FromMilliseconds(5), PushPiece = 10_000, Attempts = 3 });
    private readonly Descriptor _blob = new() { MediaType = MediaTypes.OciLayer, Digest = Digest.Of(Content), Size = Content.Length };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _client.Dispose();
        _registry.Dispose();
    }

    [Fact]
    public async Task A_blob_goes_in_pieces_that_say_where_they_belong()
    {
        _registry.Script = Take;
        using RegistryRepository repository = Open();
        var told = new List<long>();

        Assert.Equal(BlobPush.Sent, await repository.PushBlobAsync(_blob, [], Bytes, sent => Tell(told, sent), Cancellation));

        Assert.Equal(Encoding.ASCII.GetString(Content), _taken.ToString());
        Assert.Equal([10_000, 20_000, 30_000, 40_000, Content.Length], told);
        Assert.Equal(["0-9999", "10000-19999", "20000-29999", "30000-39999", $"40000-{Content.Length - 1}"], Pieces());
        Assert.Equal(5, _registry.Requests.Count(request => request.Method == "PATCH"));
    }

    [Fact]
    public async Task A_piece_that_broke_goes_on_where_the_registry_is()
    {
        int broken = 0;
        _registry.Script = request =>
        {
            if (request.Method == "PATCH" && request.Headers["Content-Range"].StartsWith("20000-", StringComparison.Ordinal) && broken++ == 0)
            {
                // Half of it has arrived when the registry fails.
                _taken.Append(request.Body[..5000]);
                return new ScriptedAnswer(503);
            }

            return Take(request);
        };
        using RegistryRepository repository = Open();

        await repository.PushBlobAsync(_blob, [], Bytes, _ => Task.CompletedTask, Cancellation);

        Assert.Equal(Encoding.ASCII.GetString(Content), _taken.ToString());
        Assert.Contains("25000-34999", Pieces());
    }

    [Fact]
    public async Task A_registry_may_ask_for_larger_pieces()
    {
        _registry.Script = request => Take(request) is var answer && request.Method == "POST" ? answer! with { Headers = [.. answer.Headers, ("OCI-Chunk-Min-Length", "30000")] } : answer;
        using RegistryRepository repository = Open();

        await repository.PushBlobAsync(_blob, [], Bytes, _ => Task.CompletedTask, Cancellation);

        Assert.Equal(["0-29999", $"30000-{Content.Length - 1}"], Pieces());
    }

    [Fact]
    public async Task A_blob_of_another_repository_is_mounted()
    {
        _registry.Script = request => request.Method == "POST" && request.Path.Contains($"mount={Uri.EscapeDataString(_blob.Digest.ToString())}&from=other%2Fone", StringComparison.Ordinal) ? new ScriptedAnswer(201) : Take(request);
        using RegistryRepository repository = Open();

        Assert.Equal(BlobPush.Mounted, await repository.PushBlobAsync(_blob, ["a/b", "other/one"], Bytes, _ => Task.CompletedTask, Cancellation));

        Assert.DoesNotContain(_registry.Requests, request => request.Method is "PATCH" or "PUT");
    }

    [Fact]
    public async Task What_cannot_be_mounted_is_sent_and_what_is_there_is_not()
    {
        _registry.Script = request => request.Path.Contains("mount=", StringComparison.Ordinal) ? ScriptedAnswer.Error(403, "DENIED", "not yours") : Take(request);
        using RegistryRepository repository = Open();

        Assert.Equal(BlobPush.Sent, await repository.PushBlobAsync(_blob, ["other/one"], Bytes, _ => Task.CompletedTask, Cancellation));
        _registry.AddBlob(Content);
        Assert.Equal(BlobPush.Present, await repository.PushBlobAsync(_blob, [], Bytes, _ => Task.CompletedTask, Cancellation));
    }

    [Fact]
    public async Task What_is_about_an_image_is_found_by_it_at_registries_without_a_list()
    {
        _registry.Script = request =>
        {
            if (request.Method != "PUT")
            {
                return null;
            }

            string tag = request.Path[(request.Path.LastIndexOf('/') + 1)..];
            _registry.AddManifest("a/b", tag.StartsWith("sha256:", StringComparison.Ordinal) ? null : tag, request.Headers["Content-Type"], request.Body);
            return new ScriptedAnswer(201);
        };
        var subject = Digest.Of("image");
        using RegistryRepository repository = Open();
        Assert.Empty(await repository.ListReferrersAsync(subject, Cancellation));

        foreach (string kind in new[] { "signature", "list", "list" })
        {
            var described = new Manifest
            {
                SchemaVersion = 2,
                ArtifactType = $"example/{kind}",
                Config = new Descriptor { MediaType = "application/vnd.oci.empty.v1+json", Digest = Digest.Of("{}"), Size = 2 },
                Layers = [],
                Subject = new Descriptor { MediaType = MediaTypes.OciManifest, Digest = subject, Size = 5 },
            };
            byte[] manifest = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(described, ImageJson.Plain.Manifest);
            var descriptor = new Descriptor { MediaType = MediaTypes.OciManifest, Digest = Digest.Of(manifest), Size = manifest.Length };
            await repository.PushManifestAsync(descriptor.Digest.ToString(), new RegistryManifest(descriptor, manifest), Cancellation);
        }

        Assert.Equal(["example/signature", "example/list"], (await repository.ListReferrersAsync(subject, Cancellation)).Select(one => one.ArtifactType));
    }

    private static Task Tell(List<long> told, long sent)
    {
        told.Add(sent);
        return Task.CompletedTask;
    }

    private static Stream Bytes(long offset) => new MemoryStream(Content[(int)offset..]);

    private string[] Pieces() => [.. _registry.Requests.Where(request => request.Method == "PATCH").Select(request => request.Headers["Content-Range"])];

    private RegistryRepository Open() => _client.Open(ImageReference.Parse($"{_registry.Authority}/a/b"), endpoints: null, (_, _) => Task.FromResult<RegistryCredentials?>(null), push: true);

    private ScriptedAnswer? Take(ScriptedRequest request)
    {
        switch (request.Method)
        {
            case "POST":
                return new ScriptedAnswer(202) { Headers = [("Location", "/v2/a/b/blobs/uploads/one?state=0")] };
            case "PATCH":
                _taken.Append(request.Body);
                return new ScriptedAnswer(202) { Headers = [("Location", $"/v2/a/b/blobs/uploads/one?state={_taken.Length}")] };
            case "GET" when request.Path.Contains("uploads", StringComparison.Ordinal):
                return new ScriptedAnswer(204) { Headers = [("Range", $"0-{_taken.Length - 1}")] };
            case "PUT":
                return new ScriptedAnswer(request.Path.EndsWith($"&digest={Uri.EscapeDataString(_blob.Digest.ToString())}", StringComparison.Ordinal) ? 201 : 400);
            default:
                return null;
        }
    }
}
