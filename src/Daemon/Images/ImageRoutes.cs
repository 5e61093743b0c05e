using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Wharf.Daemon.Http;
using Wharf.EngineApi.Images;
using Wharf.Oci.Images;
using Wharf.Oci.References;
using Wharf.Registry;

namespace Wharf.Daemon.Images;

/// <summary>The API's operations on images.</summary>
internal sealed class ImageRoutes(ImageOperations operations, SearchImages search, ImageEvents events)
{
    private const int WithoutContainerConfig = 45;

    private const int LargestAuthentication = 64 << 10;

    public IEnumerable<ApiRoute> All() =>
    [
        new("GET", "/images/json", ListAsync),
        new("POST", "/images/create", CreateAsync),
        new("POST", "/images/load", LoadAsync),
        new("POST", "/images/prune", PruneAsync),
        new("GET", "/images/get", (context, _) => SaveAsync(context, [.. context.Request.Query["names"].OfType<string>()])),
        new("GET", "/images/{name...}/get", (context, name) => SaveAsync(context, [name])),
        new("GET", "/images/{name...}/json", InspectAsync),
        new("GET", "/images/{name...}/history", HistoryAsync),
        new("GET", "/images/{name...}/attestations", AttestationsAsync),
        new("GET", "/images/search", SearchAsync),
        new("POST", "/images/{name...}/push", PushAsync),
        new("POST", "/images/{name...}/tag", TagAsync),
        new("DELETE", "/images/{name...}", RemoveAsync),
        new("GET", "/distribution/{name...}/json", DistributionAsync),
        new("POST", "/auth", AuthenticateAsync),
    ];

    private async Task ListAsync(HttpContext context, string value)
    {
        ImageFilters filters = ImageFilters.Parse(context.Request.Query["filters"], "dangling", "label", "label!", "before", "since", "reference", "until");
        await Answers.JsonAsync(context, await operations.List.RunAsync(filters, Answers.Flag(context, "manifests"), context.RequestAborted).ConfigureAwait(false), ImagesJson.Default.IReadOnlyListImageSummary).ConfigureAwait(false);
    }

    private async Task CreateAsync(HttpContext context, string value)
    {
        Platform? platform = PlatformOf(context);
        if (Answers.Value(context, "fromSrc") is { } source)
        {
            if (source != "-")
            {
                throw new EngineException(EngineErrorKind.NotImplemented, $"import from \"{source}\": only the request's body (\"-\") is taken");
            }

            LiftBodyLimit(context);
            string? repository = Answers.Value(context, "repo");
            ImageReference? name = repository is null ? null : Reference(repository, Answers.Value(context, "tag")).OrLatest();
            await StreamAsync(context, messages => operations.Import.RunAsync(
                context.Request.Body,
                name,
                platform,
                Answers.Value(context, "message") ?? "",
                [.. context.Request.Query["changes"].OfType<string>()],
                messages,
                context.RequestAborted)).ConfigureAwait(false);
            return;
        }

        string image = Answers.Value(context, "fromImage") ?? throw new EngineException(EngineErrorKind.InvalidParameter, "invalid reference format");
        ImageReference reference = Reference(image, Answers.Value(context, "tag"));
        RegistryCredentials? credentials = Credentials(context);
        await StreamAsync(
            context,
            async messages =>
            {
                await (reference.IsNameOnly
                    ? operations.Pull.RunAllAsync(reference, platform, credentials, messages, context.RequestAborted)
                    : operations.Pull.RunAsync(reference, platform, credentials, messages, context.RequestAborted)).ConfigureAwait(false);
                events.Publish("pull", reference.Familiar, reference.FamiliarName);
            }).ConfigureAwait(false);
    }

    private Task LoadAsync(HttpContext context, string value)
    {
        LiftBodyLimit(context);
        return StreamAsync(context, messages => operations.Load.RunAsync(context.Request.Body, PlatformsOf(context), messages, context.RequestAborted));
    }

    private async Task PruneAsync(HttpContext context, string value)
    {
        ImageFilters filters = ImageFilters.Parse(context.Request.Query["filters"], "dangling", "label", "label!", "until");
        PrunedImages pruned = await operations.Prune.RunAsync(filters, context.RequestAborted).ConfigureAwait(false);
        events.Pruned(pruned.SpaceReclaimed);
        await Answers.JsonAsync(context, pruned, ImagesJson.Default.PrunedImages).ConfigureAwait(false);
    }

    private Task SaveAsync(HttpContext context, IReadOnlyList<string> names) =>
        names.Count == 0
            ? throw new EngineException(EngineErrorKind.InvalidParameter, "no image is named")
            : operations.Save.RunAsync(
                names,
                PlatformsOf(context),
                () =>
                {
                    context.Response.ContentType = "application/x-tar";
                    return context.Response.Body;
                },
                context.RequestAborted);

    private async Task InspectAsync(HttpContext context, string name)
    {
        ImageInspect image = await operations.Inspect.RunAsync(name, PlatformOf(context), Answers.Flag(context, "manifests"), context.RequestAborted).ConfigureAwait(false);

        // Compose 1 reads the older field of an image's configuration without asking whether it is there.
        await Answers.JsonAsync(context, ApiVersion.Of(context) < WithoutContainerConfig ? image : image with { ContainerConfig = null }, ImagesJson.Default.ImageInspect).ConfigureAwait(false);
    }

    private async Task HistoryAsync(HttpContext context, string name) =>
        await Answers.JsonAsync(context, await operations.History.RunAsync(name, PlatformOf(context), context.RequestAborted).ConfigureAwait(false), ImagesJson.Default.IReadOnlyListImageHistoryItem).ConfigureAwait(false);

    private async Task AttestationsAsync(HttpContext context, string name) =>
        await Answers.JsonAsync(
            context,
            await operations.Attestations.RunAsync(name, PlatformOf(context), [.. context.Request.Query["type"].OfType<string>()], Answers.Flag(context, "statement"), context.RequestAborted).ConfigureAwait(false),
            ImagesJson.Default.IReadOnlyListAttestationStatement).ConfigureAwait(false);

    private async Task SearchAsync(HttpContext context, string value)
    {
        string term = Answers.Value(context, "term") ?? throw new EngineException(EngineErrorKind.InvalidParameter, "no term to search for is given");
        int? limit = Answers.Value(context, "limit") is not { } text ? null
            : int.TryParse(text, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out int number) ? number
            : throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid limit specified: \"{text}\"");
        await Answers.JsonAsync(context, await search.RunAsync(term, limit, Answers.Value(context, "filters"), context.RequestAborted).ConfigureAwait(false), ImagesJson.Default.IReadOnlyListSearchResult).ConfigureAwait(false);
    }

    private async Task PushAsync(HttpContext context, string name)
    {
        ImageReference named = Reference(name, null);
        ImageReference reference = Answers.Value(context, "tag") is { } tag ? Reference(named.WithoutTag().Familiar, tag) : named.WithoutTag();
        if (reference.Digest is not null)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, "cannot push a digest reference");
        }

        RegistryCredentials? credentials = Credentials(context);
        Platform? platform = PlatformOf(context);
        await StreamAsync(
            context,
            async messages =>
            {
                await operations.Push.RunAsync(reference, platform, credentials, messages, context.RequestAborted).ConfigureAwait(false);
                events.Publish("push", reference.Familiar, reference.FamiliarName);
            }).ConfigureAwait(false);
    }

    private async Task TagAsync(HttpContext context, string name)
    {
        string repository = Answers.Value(context, "repo") ?? throw new EngineException(EngineErrorKind.InvalidParameter, "invalid reference format");
        (ImageReference given, string id) = await operations.Tag.RunAsync(name, repository, Answers.Value(context, "tag"), context.RequestAborted).ConfigureAwait(false);
        events.Publish("tag", id, given.Familiar);
        context.Response.StatusCode = StatusCodes.Status201Created;
    }

    private async Task RemoveAsync(HttpContext context, string name)
    {
        string id = (await operations.Resolver.ResolveAsync(name, context.RequestAborted).ConfigureAwait(false)).Id.ToString();
        IReadOnlyList<DeletedImage> removed = await operations.Remove.RunAsync(name, Answers.Flag(context, "force"), context.RequestAborted).ConfigureAwait(false);
        events.Publish(removed, id);
        await Answers.JsonAsync(context, removed, ImagesJson.Default.IReadOnlyListDeletedImage).ConfigureAwait(false);
    }

    private async Task DistributionAsync(HttpContext context, string name) =>
        await Answers.JsonAsync(
            context,
            await operations.Distribution.RunAsync(Reference(name, null), Credentials(context), context.RequestAborted).ConfigureAwait(false),
            ImagesJson.Default.DistributionInspect).ConfigureAwait(false);

    private async Task AuthenticateAsync(HttpContext context, string value)
    {
        byte[] body = new byte[LargestAuthentication];
        int length = await context.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, context.RequestAborted).ConfigureAwait(false);
        RegistryCredentials credentials;
        try
        {
            credentials = RegistryCredentials.FromJson(body.AsSpan(0, length));
        }
        catch (Exception error) when (error is JsonException or FormatException)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, "invalid JSON: " + error.Message, error);
        }

        await Answers.JsonAsync(context, await operations.Authentication.RunAsync(credentials, context.RequestAborted).ConfigureAwait(false), ImagesJson.Default.AuthenticationResult).ConfigureAwait(false);
    }

    /// <summary>An operation that tells its progress: an error before the first message is a status, one after it is a message.</summary>
    private static async Task StreamAsync(HttpContext context, Func<ProgressMessages, Task> operation)
    {
        context.Response.ContentType = "application/json";
        await using var messages = new ProgressMessages(context.Response.Body);
        try
        {
            await operation(messages).ConfigureAwait(false);
        }
        catch (EngineException error) when (messages.HasStarted)
        {
            messages.Error(error.Message);
        }
    }

    private static void LiftBodyLimit(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }
    }

    private static ImageReference Reference(string name, string? tag)
    {
        try
        {
            // A digest comes in the place of the tag.
            string separator = tag?.Contains(':', StringComparison.Ordinal) == true ? "@" : ":";
            return ImageReference.Parse(string.IsNullOrEmpty(tag) ? name : ImageReference.Parse(name).WithoutTag().Familiar + separator + tag);
        }
        catch (FormatException error)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, error.Message, error);
        }
    }

    private static Platform? PlatformOf(HttpContext context) => Answers.Value(context, "platform") is { } text ? Platform(text) : null;

    private static IReadOnlyList<Platform> PlatformsOf(HttpContext context) => [.. context.Request.Query["platform"].OfType<string>().Where(text => text.Length > 0).Select(Platform)];

    private static Platform Platform(string text)
    {
        try
        {
            // Since API 1.48 it may be an OCI platform in JSON.
            return text.StartsWith('{') ? ImageDocuments.Read(System.Text.Encoding.UTF8.GetBytes(text), ImageJson.Default.Platform, "platform").Normalised() : Oci.Images.Platform.Parse(text);
        }
        catch (Exception error) when (error is FormatException or ImageFormatException)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, error.Message, error);
        }
    }

    private static RegistryCredentials? Credentials(HttpContext context)
    {
        try
        {
            return RegistryCredentials.FromHeader(context.Request.Headers["X-Registry-Auth"]);
        }
        catch (FormatException error)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, error.Message, error);
        }
    }
}
