using System.Text;
using Wharf.Harness;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;
using Wharf.Oci.References;

namespace Wharf.Registry.Tests;

/// <summary>The client against a registry that misbehaves in every way that the issue names.</summary>
public sealed class RegistryRepositoryTests : IDisposable
{
    private static readonly byte[] Content = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 60_000).Select(number => $"{number} ")));
    private readonly ScriptedRegistry _registry = new();
    private readonly RegistryClient _client = new(new RegistryOptions
    {
        RetryDelay = TimeSpan.FromMilliseconds(1),
        LongestRetryDelay = TimeSpan.FromMilliseconds(5),
        ResponseLimit = TimeSpan.FromSeconds(2),
        StallLimit = TimeSpan.FromMilliseconds(300),
        Attempts = 4,
    });

    private readonly Descriptor _blob;

    public RegistryRepositoryTests() =>
        _blob = new Descriptor { MediaType = MediaTypes.OciLayerGzip, Digest = Digest.Parse(_registry.AddBlob(Content)), Size = Content.Length };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _client.Dispose();
        _registry.Dispose();
    }

    [Fact]
    public async Task Resolves_and_fetches_a_manifest()
    {
        string digest = _registry.AddManifest("a/b", "v1", MediaTypes.OciManifest, "{}");
        using RegistryRepository repository = Open();

        Descriptor resolved = await repository.ResolveAsync("v1", Cancellation);
        RegistryManifest manifest = await repository.GetManifestAsync(resolved.Digest.ToString(), Cancellation);

        Assert.Equal(digest, resolved.Digest.ToString());
        Assert.Equal(MediaTypes.OciManifest, resolved.MediaType);
        Assert.Equal(2, resolved.Size);
        Assert.Equal("{}"u8.ToArray(), manifest.Content.ToArray());
        Assert.All(_registry.Requests, request => Assert.Contains(MediaTypes.DockerManifestList, request.Headers["Accept"], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Resolves_at_a_registry_that_does_not_answer_HEAD()
    {
        string digest = _registry.AddManifest("a/b", "v1", MediaTypes.OciManifest, "{}");
        _registry.Script = request => request.Method == "HEAD" ? new ScriptedAnswer(405) : null;
        using RegistryRepository repository = Open();

        Assert.Equal(digest, (await repository.ResolveAsync("v1", Cancellation)).Digest.ToString());
    }

    [Fact]
    public async Task Refuses_a_manifest_that_is_not_its_digest()
    {
        string digest = _registry.AddManifest("a/b", null, MediaTypes.OciManifest, "{}");
        _registry.Script = _ => new ScriptedAnswer(200) { Body = "[]"u8.ToArray(), Headers = [("Content-Type", MediaTypes.OciManifest)] };
        using RegistryRepository repository = Open();

        RegistryException error = await Assert.ThrowsAsync<RegistryException>(() => repository.GetManifestAsync(digest, Cancellation));

        Assert.Equal(RegistryErrorKind.Malformed, error.Kind);
        Assert.Contains(digest, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_manifest_without_end()
    {
        _registry.Script = _ => new ScriptedAnswer(200) { Body = new byte[ImageDocuments.LargestManifest + 1], Headers = [("Content-Type", MediaTypes.OciManifest)] };
        using RegistryRepository repository = Open();

        Assert.Contains("larger than", (await Assert.ThrowsAsync<RegistryException>(() => repository.GetManifestAsync("v1", Cancellation))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404, "MANIFEST_UNKNOWN", "manifest unknown", RegistryErrorKind.ManifestUnknown, "manifest unknown: manifest unknown")]
    [InlineData(404, "NAME_UNKNOWN", "repository name not known to registry", RegistryErrorKind.NameUnknown, "name unknown: repository name not known to registry")]
    [InlineData(403, "DENIED", "requested access to the resource is denied", RegistryErrorKind.Denied, "denied: requested access to the resource is denied")]
    [InlineData(429, "TOOMANYREQUESTS", "You have reached your pull rate limit", RegistryErrorKind.TooManyRequests, "toomanyrequests: You have reached your pull rate limit")]
    public async Task Says_what_the_registry_says(int status, string code, string message, RegistryErrorKind kind, string text)
    {
        _registry.Script = _ => ScriptedAnswer.Error(status, code, message);
        using RegistryRepository repository = Open();

        RegistryException error = await Assert.ThrowsAsync<RegistryException>(() => repository.GetManifestAsync("v1", Cancellation));

        Assert.Equal(kind, error.Kind);
        Assert.Equal(text, error.Message);
    }

    [Fact]
    public async Task Says_that_nobody_listens()
    {
        _registry.Dispose();
        using RegistryRepository repository = Open();

        RegistryException error = await Assert.ThrowsAsync<RegistryException>(() => repository.GetManifestAsync("v1", Cancellation));

        Assert.Equal($"Get \"http://{_registry.Authority}/v2/a/b/manifests/v1\": dial tcp {_registry.Authority}: connect: connection refused", error.Message);
    }

    [Fact]
    public async Task Says_that_no_answer_comes()
    {
        _registry.Script = _ => new ScriptedAnswer(200) { Silent = true };
        using var client = new RegistryClient(new RegistryOptions { ResponseLimit = TimeSpan.FromMilliseconds(200), Attempts = 1 });
        using RegistryRepository repository = client.Open(ImageReference.Parse($"{_registry.Authority}/a/b"), null);

        Assert.Contains("no answer within 0.2 seconds", (await Assert.ThrowsAsync<RegistryException>(() => repository.GetManifestAsync("v1", Cancellation))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    public async Task Tries_again_when_the_registry_is_busy(int status)
    {
        _registry.AddManifest("a/b", "v1", MediaTypes.OciManifest, "{}");
        int failures = 2;
        _registry.Script = _ => failures-- > 0 ? new ScriptedAnswer(status) : null;
        using RegistryRepository repository = Open();

        Assert.Equal(2, (await repository.GetManifestAsync("v1", Cancellation)).Descriptor.Size);
    }

    [Fact]
    public async Task Takes_up_a_broken_transfer_where_it_stopped()
    {
        _registry.Script = request => request.IsBlob && (request.RangeStart ?? 0) is var start && start < 200_000
            ? Serve(request) with { CutAfter = 70_000 }
            : null;
        using RegistryRepository repository = Open();

        Assert.Equal(Content, await ReadAsync(repository, 0));
        Assert.Equal([null, 70_000, 140_000, 210_000], _registry.Requests.Where(request => request.IsBlob).Select(request => request.RangeStart));
    }

    [Fact]
    public async Task Takes_up_a_transfer_from_a_registry_without_ranges()
    {
        int requests = 0;
        _registry.Script = request => request.IsBlob
            ? new ScriptedAnswer(200) { Body = Content, CutAfter = requests++ == 0 ? 100_000 : null }
            : null;
        using RegistryRepository repository = Open();

        Assert.Equal(Content, await ReadAsync(repository, 0));
    }

    [Fact]
    public async Task Takes_up_a_stalled_transfer()
    {
        bool stalled = false;
        _registry.Script = request =>
        {
            bool first = request.IsBlob && !stalled;
            stalled |= first;
            return first ? Serve(request) with { StallAfter = 50_000 } : null;
        };
        using RegistryRepository repository = Open();

        Assert.Equal(Content, await ReadAsync(repository, 0));
        Assert.Equal(50_000, _registry.Requests[^1].RangeStart);
    }

    [Fact]
    public async Task Starts_in_the_middle()
    {
        using RegistryRepository repository = Open();

        Assert.Equal(Content[1000..], await ReadAsync(repository, 1000));
    }

    [Fact]
    public async Task Gives_up_when_nothing_comes_several_times_in_a_row()
    {
        _registry.Script = request => request.IsBlob && request.RangeStart is null ? Serve(request) with { CutAfter = 100 }
            : request.IsBlob ? Serve(request) with { CutAfter = 0 }
            : null;
        using RegistryRepository repository = Open();

        RegistryException error = await Assert.ThrowsAsync<RegistryException>(() => ReadAsync(repository, 0));

        Assert.StartsWith($"fetch blob {_blob.Digest}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains($"after 100 of {Content.Length} bytes", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("(4 attempts)", error.Message, StringComparison.Ordinal);
        Assert.Equal(4, _registry.Requests.Count(request => request.IsBlob));
    }

    [Fact]
    public async Task Refuses_bytes_that_are_not_the_digest()
    {
        byte[] other = (byte[])Content.Clone();
        other[^1] ^= 1;
        _registry.Blobs[_blob.Digest.ToString()] = other;
        using RegistryRepository repository = Open();

        RegistryException error = await Assert.ThrowsAsync<RegistryException>(() => ReadAsync(repository, 0));

        Assert.Equal(RegistryErrorKind.Malformed, error.Kind);
        Assert.StartsWith($"verify blob {_blob.Digest}", error.Message, StringComparison.Ordinal);
        Assert.Contains(Digest.Of(other).ToString(), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task Refuses_another_length(int difference)
    {
        _registry.Script = _ => new ScriptedAnswer(200) { Body = new byte[Content.Length + difference] };
        using RegistryRepository repository = Open();

        Assert.Contains($"has {Content.Length + difference} bytes where the manifest says {Content.Length}", (await Assert.ThrowsAsync<RegistryException>(() => ReadAsync(repository, 0))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_another_range_than_it_asked_for()
    {
        _registry.Script = request => request.RangeStart is null
            ? null
            : new ScriptedAnswer(206) { Body = Content, Headers = [("Content-Range", $"bytes 0-{Content.Length - 1}/{Content.Length}")] };
        using RegistryRepository repository = Open();

        Assert.Contains("range", (await Assert.ThrowsAsync<RegistryException>(() => ReadAsync(repository, 10))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sends_credentials_only_where_the_registry_asks_for_them()
    {
        using var elsewhere = new ScriptedRegistry();
        elsewhere.Blobs[_blob.Digest.ToString()] = Content;
        _registry.Script = request =>
            request.Authorization is null ? ScriptedAnswer.Challenge("Basic realm=\"x\"")
            : request.IsBlob ? ScriptedAnswer.Redirect($"http://{elsewhere.Authority}/v2/a/b/blobs/{_blob.Digest}")
            : null;
        using RegistryRepository repository = Open(new RegistryCredentials { Username = "u", Password = "p" });

        Assert.Equal(Content, await ReadAsync(repository, 0));

        Assert.Equal("Basic dTpw", _registry.Requests[^1].Authorization);
        Assert.All(elsewhere.Requests, request => Assert.Null(request.Authorization));
        Assert.NotEmpty(elsewhere.Requests);
    }

    [Fact]
    public async Task Does_not_answer_the_challenge_of_a_place_that_it_was_redirected_to()
    {
        using var elsewhere = new ScriptedRegistry { Script = _ => ScriptedAnswer.Challenge("Basic realm=\"x\"") };
        _registry.Script = request => request.IsBlob ? ScriptedAnswer.Redirect($"http://{elsewhere.Authority}/blob") : null;
        using RegistryRepository repository = Open(new RegistryCredentials { Username = "u", Password = "p" });

        await Assert.ThrowsAsync<RegistryException>(() => ReadAsync(repository, 0));

        Assert.All(elsewhere.Requests, request => Assert.Null(request.Authorization));
    }

    [Fact]
    public async Task Stops_a_redirect_loop()
    {
        _registry.Script = request => ScriptedAnswer.Redirect(request.Path);
        using RegistryRepository repository = Open();

        Assert.Contains("stopped after 5 redirects", (await Assert.ThrowsAsync<RegistryException>(() => ReadAsync(repository, 0))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gets_a_token_for_the_scope_and_keeps_it()
    {
        _registry.AddManifest("a/b", "v1", MediaTypes.OciManifest, "{}");
        _registry.Script = request =>
            request.Path.StartsWith("/token", StringComparison.Ordinal) ? new ScriptedAnswer(200) { Body = """{"token":"t1"}"""u8.ToArray() }
            : request.Authorization != "Bearer t1" ? ScriptedAnswer.Challenge($"Bearer realm=\"http://{_registry.Authority}/token\",service=\"s\",scope=\"repository:a/b:pull\"")
            : null;
        using RegistryRepository repository = Open(new RegistryCredentials { Username = "u", Password = "p" });

        await repository.GetManifestAsync("v1", Cancellation);
        Assert.Equal(Content, await ReadAsync(repository, 0));

        ScriptedRequest token = Assert.Single(_registry.Requests, request => request.Path.StartsWith("/token", StringComparison.Ordinal));
        Assert.Equal("Basic dTpw", token.Authorization);
        Assert.Contains("service=s", token.Path, StringComparison.Ordinal);
        Assert.Contains("scope=repository%3Aa%2Fb%3Apull", token.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trades_an_identity_token()
    {
        _registry.AddManifest("a/b", "v1", MediaTypes.OciManifest, "{}");
        _registry.Script = request =>
            request.Path == "/token" ? new ScriptedAnswer(200) { Body = """{"access_token":"t2"}"""u8.ToArray() }
            : request.Authorization != "Bearer t2" ? ScriptedAnswer.Challenge($"Bearer realm=\"http://{_registry.Authority}/token\",service=\"s\"")
            : null;
        using RegistryRepository repository = Open(new RegistryCredentials { IdentityToken = "refresh" });

        await repository.GetManifestAsync("v1", Cancellation);

        ScriptedRequest token = Assert.Single(_registry.Requests, request => request.Path == "/token");
        Assert.Equal("POST", token.Method);
        Assert.Contains("grant_type=refresh_token&refresh_token=refresh", token.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_denied_when_a_token_does_not_help()
    {
        _registry.Script = request => request.Path.StartsWith("/token", StringComparison.Ordinal)
            ? new ScriptedAnswer(200) { Body = """{"token":"t"}"""u8.ToArray() }
            : ScriptedAnswer.Challenge($"Bearer realm=\"http://{_registry.Authority}/token\"");
        using RegistryRepository repository = Open();

        RegistryException error = await Assert.ThrowsAsync<RegistryException>(() => repository.GetManifestAsync("v1", Cancellation));

        Assert.Equal("denied: requested access to the resource is denied", error.Message);
    }

    [Fact]
    public async Task Says_that_a_password_is_wrong()
    {
        _registry.Script = request => request.Path.StartsWith("/token", StringComparison.Ordinal)
            ? new ScriptedAnswer(401)
            : ScriptedAnswer.Challenge($"Bearer realm=\"http://{_registry.Authority}/token\"");

        RegistryException error = await Assert.ThrowsAsync<RegistryException>(() =>
            _client.CheckAsync(_registry.Authority, new RegistryCredentials { Username = "u", Password = "p" }, Cancellation));

        Assert.Equal("unauthorized: incorrect username or password", error.Message);
    }

    [Fact]
    public async Task Lists_tags_over_pages()
    {
        _registry.Script = request => request.Path switch
        {
            "/v2/a/b/tags/list" => new ScriptedAnswer(200) { Body = """{"name":"a/b","tags":["1","2"]}"""u8.ToArray(), Headers = [("Link", "</v2/a/b/tags/list?last=2>; rel=\"next\"")] },
            "/v2/a/b/tags/list?last=2" => new ScriptedAnswer(200) { Body = """{"name":"a/b","tags":["3"]}"""u8.ToArray() },
            _ => null,
        };
        using RegistryRepository repository = Open();

        Assert.Equal(["1", "2", "3"], await repository.ListTagsAsync(Cancellation));
    }

    private static ScriptedAnswer Serve(ScriptedRequest request) => request.RangeStart is { } start
        ? new ScriptedAnswer(206) { Body = Content[start..], Headers = [("Content-Range", $"bytes {start}-{Content.Length - 1}/{Content.Length}")] }
        : new ScriptedAnswer(200) { Body = Content };

    private RegistryRepository Open(RegistryCredentials? credentials = null) => _client.Open(ImageReference.Parse($"{_registry.Authority}/a/b"), credentials);

    private async Task<byte[]> ReadAsync(RegistryRepository repository, long offset)
    {
        using BlobStream blob = repository.OpenBlob(_blob, offset);
        var content = new MemoryStream();
        await blob.CopyToAsync(content, Cancellation);
        return content.ToArray();
    }
}
