using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Wharf.Daemon.Security;

namespace Wharf.Daemon.Http;

/// <summary>Finds the operation that a request asks for, and answers when it fails.</summary>
internal sealed class Router(IReadOnlyList<ApiRoute> routes, AuthorizationPlugins plugins, bool experimental, CancellationToken stopping)
{
    public async Task InvokeAsync(HttpContext context)
    {
        Greet(context);
        WithheldAnswer? withheld = null;
        try
        {
            (string version, string path) = ApiVersion.Split(context.Request.Path.Value ?? "/");
            ApiVersion.Keep(context, version);
            foreach (ApiRoute route in routes)
            {
                if (route.Match(path) is not { } value)
                {
                    continue;
                }

                if (route.Method == context.Request.Method)
                {
                    // What only reads ends with the daemon; what changes something is finished first.
                    using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, HttpMethods.IsGet(route.Method) ? stopping : CancellationToken.None);
                    context.RequestAborted = ended.Token;
                    withheld = await plugins.CheckAsync(context).ConfigureAwait(false);
                    await AnswerAsync(context, withheld, () => route.Handle(context, value)).ConfigureAwait(false);
                    return;
                }
            }

            // A known path with another method is no page either, with docker.
            await Answers.ErrorAsync(context, StatusCodes.Status404NotFound, "page not found").ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away: nobody reads an answer.
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            // Of the plugins themselves, or before they were asked: nobody judges it.
            withheld?.Replace();
            Greet(context);
            await FailAsync(context, error).ConfigureAwait(false);
        }
    }

    private void Greet(HttpContext context)
    {
        context.Response.Headers["Api-Version"] = ApiVersion.Newest;
        context.Response.Headers["Ostype"] = "linux";
        context.Response.Headers["Docker-Experimental"] = experimental ? "true" : "false";
        context.Response.Headers.Server = "Wharf/0.1.0 (linux)";
    }

    private static async Task AnswerAsync(HttpContext context, WithheldAnswer? withheld, Func<Task> handle)
    {
        if (withheld is null)
        {
            await handle().ConfigureAwait(false);
            return;
        }

        try
        {
            await handle().ConfigureAwait(false);
        }
        catch (Exception error) when (!context.Response.HasStarted && error is not OperationCanceledException)
        {
            // An error is an answer too.
            await FailAsync(context, error).ConfigureAwait(false);
        }

        if (context.Features.Get<HijackableTransport>() is not { Taken: true })
        {
            await withheld.FinishAsync(context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static Task FailAsync(HttpContext context, Exception error)
    {
        (EngineErrorKind kind, string message) = Describe(error);
        return Answers.ErrorAsync(context, StatusOf(kind), message);
    }

    /// <summary>The one place where kinds of failure become statuses.</summary>
    private static int StatusOf(EngineErrorKind kind) => kind switch
    {
        EngineErrorKind.InvalidParameter => StatusCodes.Status400BadRequest,
        EngineErrorKind.Unauthorized => StatusCodes.Status401Unauthorized,
        EngineErrorKind.Forbidden => StatusCodes.Status403Forbidden,
        EngineErrorKind.NotFound => StatusCodes.Status404NotFound,
        EngineErrorKind.Conflict => StatusCodes.Status409Conflict,
        EngineErrorKind.NotModified => StatusCodes.Status304NotModified,
        EngineErrorKind.NotImplemented => StatusCodes.Status501NotImplemented,
        EngineErrorKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    private static (EngineErrorKind Kind, string Message) Describe(Exception error) => error switch
    {
        EngineException known => (known.Kind, known.Message),
        RpcException { StatusCode: StatusCode.Unavailable } rpc => (EngineErrorKind.Unavailable, $"containerd does not answer: {rpc.Status.Detail}"),
        RpcException rpc => (EngineErrorKind.System, $"containerd: {rpc.Status.Detail}"),
        BadHttpRequestException bad => (EngineErrorKind.InvalidParameter, bad.Message),
        _ => (EngineErrorKind.System, error.Message),
    };
}
