/** What people say about a trace or a span. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { MessageSquarePlus, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { addComment, commentsQuery, deleteComment } from "@/api/notes";
import { Button } from "@/ui/controls";
import { complain } from "@/ui/toasts";
import { Age } from "@/ui/values";

export function CommentsTab({ traceId, spanId }: { traceId: string; spanId: string }) {
  const client = useQueryClient();
  const { data: comments = [] } = useQuery(commentsQuery(traceId));
  const [body, setBody] = useState("");
  const refresh = () => void client.invalidateQueries({ queryKey: ["comments", traceId] });
  const fail = (error: Error) => complain(error, "The comment was not saved");
  const add = useMutation({
    mutationFn: () => addComment({ trace_id: traceId, span_id: spanId, body: body.trim() }),
    onSuccess: () => {
      setBody("");
      refresh();
    },
    onError: fail,
  });
  const remove = useMutation({ mutationFn: deleteComment, onSuccess: refresh, onError: fail });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (body.trim()) add.mutate();
  };
  return (
    <div className="flex max-w-[720px] flex-col gap-3">
      {comments.map((comment) => (
        <article
          key={comment.id}
          aria-label={`Comment by ${comment.author}`}
          className="group border-b border-grid pb-2"
        >
          <header className="flex items-center gap-2 text-label text-fg-3">
            <b className="font-semibold text-fg">{comment.author}</b>
            <Age time={comment.time} ago />
            {comment.span_id && comment.span_id !== spanId && <span className="mono-s">on span {comment.span_id}</span>}
            <span className="flex-1" />
            <Button
              look="ghost"
              square
              icon={Trash2}
              aria-label="Delete the comment"
              className="opacity-0 group-hover:opacity-100 focus-visible:opacity-100"
              onClick={() => remove.mutate(comment.id)}
            />
          </header>
          <p className="recorded whitespace-pre-wrap">{comment.body}</p>
        </article>
      ))}
      <form onSubmit={submit} className="flex flex-col items-end gap-2">
        <textarea
          aria-label="Write a comment"
          placeholder="Write a comment for your team"
          value={body}
          onChange={(event) => setBody(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) submit(event);
          }}
          rows={3}
          className="w-full rounded-ctl border border-line-strong bg-control p-2 outline-none focus:border-accent"
        />
        <Button type="submit" icon={MessageSquarePlus} disabled={!body.trim() || add.isPending}>
          Comment
        </Button>
      </form>
    </div>
  );
}
