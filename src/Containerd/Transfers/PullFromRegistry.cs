using Wharf.ContainerdApi.Types.Transfer;
using Wharf.Containerd.Rpc;
using Wharf.Containerd.Streams;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;
using Wharf.Registry;
using ImageReference = Wharf.Oci.References.ImageReference;

namespace Wharf.Containerd.Transfers;

/// <summary>An image from a registry into the content store: manifests, config and layers, each verified, layers side by side.</summary>
internal sealed class PullFromRegistry(StoredContent content, RegistryRepository repository, ImageReference reference, PlatformChoice platforms, TransferProgress progress)
{
    private const string Source = "containerd.io/distribution.source.";
    private const int AtOnce = 4;
    private const int DeepestIndex = 3;

    /// <summary>Where the image is, and who asks for it.</summary>
    public static async Task<(RegistryClient Client, RegistryRepository Repository, ImageReference Reference)> OpenAsync(OCIRegistry source, Func<string, NamedStream> streams, CancellationToken cancellation)
    {
        ImageReference reference = ImageReference.TryParse(source.Reference, out ImageReference? parsed) ? parsed.OrLatest() : throw ContainerdException.Invalid($"image reference \"{source.Reference}\"");
        RegistryResolver? resolver = source.Resolver;
        if (resolver is { HostDir.Length: > 0 })
        {
            throw new ContainerdException(ErrorKind.Unimplemented, $"pull \"{source.Reference}\": hosts of \"{resolver.HostDir}\": not implemented");
        }

        RegistryCredentials? credentials = resolver is { AuthStream.Length: > 0 } ? await AskAsync(streams(resolver.AuthStream), reference, cancellation).ConfigureAwait(false) : null;
        var client = new RegistryClient(new RegistryOptions
        {
            InsecureRegistries = resolver?.DefaultScheme == "http" ? [reference.Domain] : [],
            UserAgent = $"wharf-containerd/{VersionService.Own}",
        });
        return (client, client.Open(reference, credentials), reference);
    }

    public async Task<Descriptor> PullAsync(CallScope scope, CancellationToken cancellation)
    {
        await progress.TellAsync($"Resolving from OCI Registry ({reference})", cancellation).ConfigureAwait(false);
        RegistryManifest top = await repository.GetManifestAsync(reference.Digest?.ToString() ?? reference.Tag!, cancellation).ConfigureAwait(false);
        await progress.TellAsync($"Pulling from OCI Registry ({reference})", cancellation).ConfigureAwait(false);
        await progress.TellAsync("fetching image content", cancellation).ConfigureAwait(false);
        return await TakeAsync(scope, top, depth: 0, cancellation).ConfigureAwait(false);
    }

    private static async Task<RegistryCredentials?> AskAsync(NamedStream stream, ImageReference reference, CancellationToken cancellation)
    {
        using (stream)
        {
            await stream.WriteAsync(new AuthRequest { Host = reference.Domain, Reference = reference.Name }, cancellation).ConfigureAwait(false);
            if (await stream.ReadAsync(cancellation).ConfigureAwait(false) is not { } answer)
            {
                return null;
            }

            AuthResponse given = AuthResponse.Parser.ParseFrom(answer.Value);
            return given.AuthType switch
            {
                AuthType.Credentials => new RegistryCredentials { Username = given.Username, Password = given.Secret },
                AuthType.Refresh => new RegistryCredentials { IdentityToken = given.Secret },
                AuthType.Header when given.Secret.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) => new RegistryCredentials { RegistryToken = given.Secret["Bearer ".Length..] },
                AuthType.None => null,
                _ => throw new ContainerdException(ErrorKind.Unimplemented, $"credentials of kind {given.AuthType} for \"{reference.Domain}\": not implemented"),
            };
        }
    }

    private async Task<Descriptor> TakeAsync(CallScope scope, RegistryManifest manifest, int depth, CancellationToken cancellation)
    {
        string mediaType = manifest.Descriptor.MediaType;
        Dictionary<string, string> labels;
        if (MediaTypes.IsIndex(mediaType))
        {
            if (depth == DeepestIndex)
            {
                throw new InvalidDataException($"pull \"{reference}\": more than {DeepestIndex} levels of indexes");
            }

            IReadOnlyList<Descriptor> chosen = platforms.Choose(ImageDocuments.ReadIndex(manifest.Content.Span, mediaType).Manifests);
            if (chosen.Count == 0)
            {
                throw ContainerdException.NotFound($"pull \"{reference}\": no manifest for the platform");
            }

            foreach (Descriptor child in chosen)
            {
                await TakeAsync(scope, await repository.GetManifestAsync(child.Digest.ToString(), cancellation).ConfigureAwait(false), depth + 1, cancellation).ConfigureAwait(false);
            }

            labels = StoredContent.References(chosen);
        }
        else if (MediaTypes.IsManifest(mediaType))
        {
            Manifest parsed = ImageDocuments.ReadManifest(manifest.Content.Span, mediaType);
            await Parallel.ForEachAsync(
                parsed.Layers.Prepend(parsed.Config).DistinctBy(blob => blob.Digest),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
                async (blob, stop) => await TakeBlobAsync(scope, blob, stop).ConfigureAwait(false)).ConfigureAwait(false);
            labels = StoredContent.References(parsed);
        }
        else
        {
            throw new ContainerdException(ErrorKind.Unimplemented, $"pull \"{reference}\": media type \"{mediaType}\": not implemented");
        }

        labels[Source + reference.Domain] = reference.Path;
        Descriptor stored = content.Write(scope, mediaType, manifest.Content.Span, labels);
        await progress.TellAsync("complete", $"manifest-{stored.Digest}", StoredContent.ToContainerd(stored), stored.Size, cancellation).ConfigureAwait(false);
        return stored;
    }

    private async Task TakeBlobAsync(CallScope scope, Descriptor blob, CancellationToken cancellation)
    {
        string name = $"{(MediaTypes.IsConfig(blob.MediaType) ? "config" : "layer")}-{blob.Digest}";
        ContainerdApi.Types.ContentDescriptor descriptor = StoredContent.ToContainerd(blob);
        const long step = 1 << 20;
        long told = 0;
        Task TellAsync(long done)
        {
            if (done - told < step)
            {
                return Task.CompletedTask;
            }

            told = done;
            return progress.TellAsync("downloading", name, descriptor, done, cancellation);
        }

        var labels = new Dictionary<string, string> { [Source + reference.Domain] = reference.Path };
        BlobStream? opened = null;
        try
        {
            await content.CopyAsync(scope, name, blob.Size, blob.Digest, offset => opened = repository.OpenBlob(blob, offset), labels, TellAsync, cancellation).ConfigureAwait(false);
        }
        finally
        {
            if (opened is not null)
            {
                await opened.DisposeAsync().ConfigureAwait(false);
            }
        }

        await progress.TellAsync("complete", name, descriptor, blob.Size, cancellation).ConfigureAwait(false);
    }
}
