import os

from telegram.ext import Application, CommandHandler

TOKEN = os.environ["TELEGRAM_TOKEN"]


async def start(update, context):
    await update.message.reply_text("Hello.")


def main():
    application = Application.builder().token(TOKEN).build()
    application.add_handler(CommandHandler("start", start))
    application.run_polling()


if __name__ == "__main__":
    main()
